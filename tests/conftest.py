# Part of the complaint management suite. See LICENSE file for full licensing details.
"""What the repository's own tests share. They run Odoo as other programs do: from outside."""

import os
from pathlib import Path

import pytest

from devkit.paths import ROOT


def shared_data():
    """Folder of the sample data that is kept beside the repository, or None."""
    folder = Path(os.environ.get("COMPLAINT_SHARED_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def shared(request):
    """The folder of sample data; a test that needs it is skipped where it is missing."""
    folder = shared_data()
    if folder is None:
        pytest.skip("the sample data is not here: put it at ../shared/data or set COMPLAINT_SHARED_DATA")
    return folder

from odoo.tests import tagged

# Not its classes: the runner would collect them here as well.
from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install")
class TestDeadlineComponents(test_js.HOOTCommon):
    """The unit tests of the countdown and the milestone strip, in a real browser."""

    def setUp(self):
        self._test_params = [("+", "@complaint_management")]
        super().setUp()

    def test_components(self):
        """TL-6: late, soon, running, paused and reached limits look as they are."""
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000{self.hoot_filters}",
            "",
            "",
            login="admin",
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )

from odoo.tests import TransactionCase, tagged

from odoo.addons.complaint_management.tests.translation import TranslationChecks


@tagged("post_install", "-at_install")
class TestTranslation(TranslationChecks, TransactionCase):
    """The add-on speaks Simplified Chinese throughout."""

    addon = "complaint_survey"

import pytz
from babel.dates import get_datetime_format

from odoo import models
from odoo.tools import format_date, format_time, get_lang
from odoo.tools.misc import babel_locale_parse


class ComplaintCustomerSide(models.AbstractModel):
    """Days and times as the customer reads them."""

    _inherit = "complaint.customer.side"

    def _get_customer_tz(self):
        """Return the name of the time zone in which dates are told to the customer."""
        self.ensure_one()
        record_sudo = self.sudo()
        return record_sudo.partner_id.tz or record_sudo._get_deadline_calendar().tz or "UTC"

    def _tell_date(self, moment):
        """Return the day of a moment as the customer reads it, in the language of the page.

        :param moment: datetime in UTC, or False
        :return: text, False where there is no moment
        """
        self.ensure_one()
        if not moment:
            return False
        zone = pytz.timezone(self._get_customer_tz())
        return format_date(self.env, pytz.utc.localize(moment).astimezone(zone).date(), date_format="long")

    def _tell_moment(self, moment):
        """Return day and time of a moment as the customer reads them, in the language of the page.

        :param moment: datetime in UTC, or False
        :return: text, False where there is no moment
        """
        self.ensure_one()
        if not moment:
            return False
        # Languages join them differently.
        pattern = get_datetime_format("medium", locale=babel_locale_parse(get_lang(self.env).code))
        return str(pattern).format(
            format_time(self.env, moment, tz=self._get_customer_tz(), time_format="short"),
            self._tell_date(moment),
        )

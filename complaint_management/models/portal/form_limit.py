import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

from ...tools.contact_key import phone_key
from .form_guard import FormRefused

#: How far back is counted.
WINDOW = timedelta(hours=1)
_SCOPE = "complaint_management.form.limit"


class ComplaintFormHit(models.Model):
    """That somebody sent the public form a moment ago: counted, and forgotten within hours.

    Neither the network address nor the contact is stored, only what both become with the secret of the
    database: enough to see that they were here before, of no use to anybody else.
    """

    _name = "complaint.form.hit"
    _description = "Sending of the Public Form"
    _log_access = False
    _rec_name = "moment"

    key = fields.Char(required=True, export_string_translation=False)
    moment = fields.Datetime(required=True, export_string_translation=False)

    _key_idx = models.Index("(key, moment)")
    _moment_idx = models.Index("(moment)")

    @api.model
    def _get_keys(self, company, address, contacts, form=""):
        """Return ``{key: limit}`` of what is counted.

        :param res.company company: whose form it is
        :param str address: network address of who sends
        :param contacts: e-mail addresses and phone numbers that were entered
        :param str form: which form it is, as each is counted by itself; nothing: the one for complaints
        """
        limits = {}
        if company.complaint_form_per_address:
            limits[self._hide(company, f"{form}address", self._get_network(address))] = (
                company.complaint_form_per_address
            )
        if company.complaint_form_per_contact:
            for contact in filter(None, contacts):
                contact = contact.lower() if "@" in contact else phone_key(contact)
                limits[self._hide(company, f"{form}contact", contact)] = company.complaint_form_per_contact
        return limits

    @api.model
    def _get_network(self, address):
        """Return what one subscriber has: an address, or of the newer kind the network of one."""
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return address or ""
        if parsed.version == 6 and not parsed.ipv4_mapped:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)

    @api.model
    def _hide(self, company, kind, value):
        return hmac(self.sudo().env, _SCOPE, (company.id, kind, value))

    @api.model
    def _check_limits(self, limits, words=None):
        """Check that no limit is reached yet.

        :param dict limits: ``{key: limit}``
        :param str words: what is said where one is
        :raises FormRefused: one is
        """
        since = fields.Datetime.now() - WINDOW
        groups = self.sudo()._read_group(
            [("key", "in", list(limits)), ("moment", ">", since)], ["key"], ["__count"]
        )
        if any(count >= limits[key] for key, count in groups):
            raise FormRefused(
                {
                    "": words
                    or self.env._(
                        "Many complaints came from you or your network within the last hour, so this one was "
                        "not taken. Please send it again later, or call us; what you wrote is still here."
                    )
                },
                status=429,
            )

    @api.model
    def _count(self, limits):
        """Keep that the form was sent once more.

        :param limits: the keys
        """
        now = fields.Datetime.now()
        self.sudo().create([{"key": key, "moment": now} for key in limits])

    @api.autovacuum
    def _gc_hits(self):
        """What is too old to be counted is nobody's business any more."""
        self.env.execute_query(
            SQL(
                "DELETE FROM complaint_form_hit WHERE moment < %s RETURNING id",
                fields.Datetime.now() - WINDOW,
            )
        )

from markupsafe import Markup, escape
from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL, mute_logger
from odoo.tools.mail import formataddr

from .form_guard import FormRefused

#: Longest subject made from what happened.
MAX_SUBJECT = 80


class ComplaintWebForm(models.Model):
    """A complaint that a customer enters on a page of ours, with or without an account (IN-1, IN-2, CP-5)."""

    _inherit = "complaint.complaint"

    about_stated = fields.Char(
        string="Order or Product as Stated",
        copy=False,
        help="What it is about, in the complainant's words. Choose the order or the product yourself.",
    )
    consent_at = fields.Datetime(
        string="Consent Given",
        readonly=True,
        copy=False,
        help="When the complainant agreed that we store and use what was written.",
    )
    customer_lang = fields.Char(
        string="Language of the Complainant",
        copy=False,
        help="The language of the page on which the complaint was entered; letters to who is no contact are "
        "written in it.",
    )
    form_nonce = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)

    _form_nonce_uniq = models.UniqueIndex("(form_nonce) WHERE form_nonce IS NOT NULL")

    @api.model
    def _merge_fields(self):
        return [*super()._merge_fields(), "about_stated"]

    def _get_customer_language(self):
        """Who is no contact is written to in the language in which they wrote."""
        self.ensure_one()
        known = dict(self.env["res.lang"].get_installed())
        if not self.partner_id.lang and self.customer_lang in known:
            return self.customer_lang
        return super()._get_customer_language()

    # taking it in

    @api.model
    def _take_form(self, post, files, company, team, partner, order, address):
        """Make one complaint of what was sent; of the same form sent again, none.

        :param dict post: what the form brought
        :param files: the files that it brought
        :param res.company company: whose form it is
        :param complaint.team team: whose address it was, if any
        :param res.partner partner: the customer with an account, if any
        :param sale.order order: their order that was chosen, if any
        :param str address: network address
        :return: the complaint, as the superuser
        :raises FormRefused: it is not taken, and nothing of it is stored
        """
        self = self.with_user(SUPERUSER_ID).with_company(company)
        nonce = self._check_form_token(post.get("form_token"))[0]
        known = nonce and self._find_form_sent(nonce)
        if known:
            return known
        given, errors = self._read_form(post, company, partner)
        try:
            attachments = self._check_customer_files(files)
        except UserError as error:
            errors["files"] = str(error)
        if errors:
            raise FormRefused(errors)
        nonce = self._check_person(post)
        Hit = self.env["complaint.form.hit"]
        contacts = {given["email"] or partner.email_normalized, given["phone"] or partner.phone}
        limits = Hit._get_keys(company, address, contacts)
        Hit._check_limits(limits)
        try:
            # Whatever goes wrong, nothing of it stays.
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                complaint = self._create_from_form(given, attachments, nonce, company, team, partner, order)
                Hit._count(limits)
                self.env.flush_all()
        except UniqueViolation as error:
            # The other one of two was stored between our first look and the lock: look again.
            raise ConcurrencyError("complaint form") from error
        except UserError as error:
            raise FormRefused({"": str(error)}) from error
        return complaint

    @api.model
    def _find_form_sent(self, nonce):
        """Return the complaint that a form made already, after a double click or a reload.

        :raises ConcurrencyError: the same form is being taken at this moment: look again a little later
        """
        locked = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('complaint form'), hashtext(%s))", nonce)
        )
        if not locked[0][0]:
            raise ConcurrencyError("complaint form")
        return self.search([("form_nonce", "=", nonce)], limit=1)

    @api.model
    def _create_from_form(self, given, attachments, nonce, company, team, partner, order):
        vals = {
            **self._prepare_form_vals(given, company, partner, order),
            "form_nonce": nonce,
            "company_id": company.id,
        }
        if team:
            vals["team_id"] = team.id
        # Notes for colleagues are not written in the language of a visitor.
        quiet = {"mail_create_nolog": True, "mail_create_nosubscribe": True, "lang": company.partner_id.lang}
        complaint = self.with_context(**quiet).create(vals)
        body = self._get_form_message(given, company, order)
        sender = partner.email_formatted or given["email"] or given["name"] or False
        if not partner and given["email"] and given["name"]:
            sender = formataddr((given["name"], given["email"]))
        reply_to = {} if "@" in (sender or "") else {"reply_to": False}
        complaint.with_context(complaint_form_message=True).message_post(
            body=body,
            attachments=attachments,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            # Whose address a stranger typed is not who wrote.
            author_id=partner.id or False,
            email_from=sender,
            email_add_signature=False,
            **reply_to,
        )
        complaint._ensure_access_token()
        complaint._ask_for_confirmation()
        return complaint

    @api.model
    def _prepare_form_vals(self, given, company, partner, order):
        """Return the values of the complaint. Nothing that a stranger typed leads to a contact (CP-5)."""
        text = given["description"]
        subject = given["subject"] or self._get_subject_of(text)
        vals = {
            "name": subject,
            "description": text,
            "channel_id": self._get_form_channel("portal" if partner else "web").id,
            "user_id": False,
            "received_by_id": False,
            "partner_id": partner.id,
            "category_id": given["category_id"],
            "sale_order_id": order.id,
            "about_stated": given["about"] or False,
            "occurred_at": given["occurred_at"],
            "occurred_place": given["place"] or False,
            "wanted_outcome": given["wanted"] or False,
            "consent_at": fields.Datetime.now(),
            "customer_lang": self.env.lang,
            "email_confirmed": bool(partner or not given["email"] or not company.complaint_form_confirm),
        }
        for fname in ("name", "email", "phone"):
            if given[fname] and not (partner and partner[fname]):
                vals[f"partner_{fname}"] = given[fname]
        return vals

    @staticmethod
    def _get_subject_of(text):
        """Return the first line of a text, cut at a word where it is long."""
        line = " ".join(text.partition("\n")[0].split())
        if len(line) <= MAX_SUBJECT:
            return line
        cut = line[:MAX_SUBJECT]
        # Languages without spaces are cut anywhere.
        head = cut.rpartition(" ")[0]
        return f"{head if len(head) > MAX_SUBJECT // 2 else cut}…"

    @api.model
    def _get_form_message(self, given, company, order):
        """Return what was sent as the first message of the complaint, in the language of the page."""
        category = dict(company._get_form_categories()).get(given["category_id"])
        day = given["occurred_at"] and fields.Datetime.context_timestamp(
            self.with_context(tz=company.partner_id.tz or "UTC"), given["occurred_at"]
        )
        lines = [
            (self.env._("Subject"), given["subject"]),
            (self.env._("What it is about"), category),
            (self.env._("Order"), order.name),
            (self.env._("Order or product"), given["about"]),
            (
                self.env._("When it happened"),
                day and self.env["ir.qweb.field.date"].value_to_html(day.date(), {}),
            ),
            (self.env._("Where it happened"), given["place"]),
            (self.env._("What would put it right"), given["wanted"]),
            (self.env._("Complainant"), given["name"]),
            (self.env._("E-mail"), given["email"]),
            (self.env._("Phone"), given["phone"]),
            (self.env._("Agreed to"), company._get_form_consent()),
        ]
        rows = Markup("<br/>").join(
            Markup("%s: %s") % (label, self._break_lines(value)) for label, value in lines if value
        )
        return Markup("<p>%s</p><p>%s</p>") % (self._break_lines(given["description"]), rows)

    @staticmethod
    def _break_lines(text):
        return Markup("<br/>").join(escape(line) for line in text.split("\n"))

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        # Whoever answers for a new complaint is told that they do; what it says they read there.
        if self.env.context.get("complaint_form_message"):
            return []
        return super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)

    # afterwards

    def _get_sent_page(self):
        """Return what is shown to who just sent the form, as plain values in the language of the page."""
        self.ensure_one()
        promises = self._get_promises()
        told = [promises["next"], ("report", promises["result"]) if promises["result"] else None]
        has_account = bool(self.partner_id)
        address = self.partner_email if self._get_letter_address() else False
        return {
            "number": self.number,
            "promises": list(dict.fromkeys(self._tell_promise(*promise)[0] for promise in told if promise)),
            "address": address,
            "confirm": not self.email_confirmed,
            "path": self._get_customer_path() if has_account else False,
            # Who has no address gets no letter with the link, so here it is.
            "link": self._get_customer_link() if not has_account and not address else False,
        }


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    def _get_form_upload_limit(self):
        """Return the most bytes that a form may bring; more than is taken, so that it says what is wrong."""
        ((size, count),) = self.sudo()._read_group(
            [], aggregates=["complaint_file_size:max", "complaint_file_count:max"]
        )
        return int(size * count * 1.5 + 12) * 1024 * 1024

    def _get_form_consent(self):
        """Return what the complainant agrees to, in the language of the page."""
        self.ensure_one()
        own = self.sudo().complaint_form_consent
        return own or self.env._(
            "I agree that %(company)s stores and uses what I enter here in order to handle my complaint.",
            company=self.sudo().name,
        )

    def _get_form_page(self, team, partner, orders):
        """Return what the form shows, as plain values in the language of the page.

        :param complaint.team team: whose form it is, if any
        :param res.partner partner: the customer with an account, if any
        :param orders: their orders
        """
        self.ensure_one()
        company_sudo, Complaint = self.sudo(), self.env["complaint.complaint"]
        return {
            "company": company_sudo.name,
            "team": team.sudo().display_name or False,
            "categories": self._get_form_categories(),
            "orders": [
                (
                    order.id,
                    f"{order.name} · {self.env['ir.qweb.field.date'].value_to_html(order.date_order, {})}",
                )
                for order in orders
            ],
            "consent": self._get_form_consent(),
            "customer": partner.name or False,
            "customer_contact": partner.email or partner.phone or False,
            "anonymous": not partner and Complaint._is_form_anonymous(),
            "file_count": company_sudo.complaint_file_count,
            "file_size": company_sudo.complaint_file_size,
        }

from datetime import date, datetime, timedelta

from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import mute_logger

from ...tools.clean_text import TooLong, clean_line, clean_text
from ...tools.turns import take_turn
from ..portal.form_guard import FormRefused

TEMPLATE = "complaint_management.mail_template_service_received"
#: Fields of one line and of several, with the most characters that they take.
LIMITS = {"object_name": 100, "words": 5_000}
#: What is only written when the customer asks, or somebody answers.
REQUEST_FIELDS = {"asked_online", "appointment_asked"}
#: Longest name of an order made from what the customer wrote.
MAX_NAME = 80


class ComplaintServiceRequest(models.Model):
    """A customer with an account asks for an appointment (SV-7): for which object, what, and when.

    What they ask for is an order at once, and their time is kept free; somebody confirms it.
    """

    _inherit = "complaint.service.order"

    asked_online = fields.Boolean(
        string="Asked for on the Customer's Page", readonly=True, copy=False, help="Nobody entered it here."
    )
    appointment_asked = fields.Boolean(
        string="To Be Confirmed",
        readonly=True,
        copy=False,
        help="The customer chose this time. Confirm it or move it: the customer is told then.",
    )
    request_nonce = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)

    _request_nonce_uniq = models.UniqueIndex("(request_nonce) WHERE request_nonce IS NOT NULL")

    # confirming

    def _waits_for_confirmation(self):
        """Tell whether nobody has said yet that the time which the customer chose is kept."""
        self.ensure_one()
        return self.appointment_asked and self.step == "appointment"

    def action_confirm_appointment(self):
        """The time that the customer chose is kept; the customer is told."""
        self.check_access("write")
        self._refuse_together(
            lambda order: (
                not (order._waits_for_confirmation() and order.scheduled_start)
                and self.env._("%(order)s has no appointment to confirm.", order=order.display_name)
            )
        )
        self._confirm_appointment()
        self._message_log_batch(bodies=dict.fromkeys(self.ids, self.env._("Appointment confirmed.")))

    def _confirm_appointment(self):
        asked = self.filtered("appointment_asked").sudo()
        if asked:
            asked.write({"appointment_asked": False})

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {fname: value for fname, value in vals.items() if fname not in REQUEST_FIELDS}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and REQUEST_FIELDS & vals.keys():
            raise UserError(self.env._("Confirm the appointment with its button, or move it."))
        result = super().write(vals)
        if {
            "scheduled_start",
            "technician_ids",
            "stage_id",
        } & vals.keys() and "appointment_asked" not in vals:
            # Whoever moves it, or names who does it, has looked at it.
            self._confirm_appointment()
        return result

    # what came

    @api.model
    def _get_request_typed(self, post):
        """Return what was chosen and typed, made harmless.

        :param dict post: what an address or a form brought
        """
        Complaint = self.env["complaint.complaint"]

        def read_day(text):
            try:
                return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else False
            except ValueError:
                return False

        def read_moment(text):
            try:
                return datetime.strptime(text, "%Y-%m-%d %H:%M:%S") if isinstance(text, str) else False
            except ValueError:
                return False

        typed = {
            "type": Complaint._read_id(post.get("type")),
            "object": Complaint._read_id(post.get("object")),
            "day": read_day(post.get("day")),
            "slot": read_moment(post.get("slot")),
        }
        for fname, limit in LIMITS.items():
            value = post.get(fname)
            clean = clean_text if fname == "words" else clean_line
            typed[fname] = clean(value[: 10 * limit] if isinstance(value, str) else "", 40 * limit)
        return typed

    @api.model
    def _take_request(self, post, company, partner, address):
        """Make one order of what was asked for; of the same form sent again, none.

        :param dict post: what the form brought
        :param res.company company: whom the customer asks
        :param res.partner partner: the customer
        :param str address: network address
        :return: the order, as the superuser
        :raises FormRefused: it is not taken, and nothing of it is stored
        """
        objects = self._get_own_objects(company)
        orders = self.with_user(SUPERUSER_ID).with_company(company)
        Guard, Hit = orders.env["complaint.complaint"], orders.env["complaint.form.hit"]
        nonce = Guard._check_form_token(post.get("form_token"))[0]
        known = nonce and orders.search([("request_nonce", "=", nonce)], limit=1)
        if known:
            return known
        given = orders._check_request(post, company, objects)
        nonce = Guard._check_person(post)
        contacts = {partner.email_normalized, partner.phone} if partner.email_normalized else {partner.phone}
        limits = Hit._get_keys(company, address, contacts, form="service ")
        Hit._check_limits(
            limits,
            self.env._(
                "Many requests came from you or your network within the last hour, so this one was not "
                "taken. Please send it again later, or call us."
            ),
        )
        try:
            # Whatever goes wrong, nothing of it stays.
            with mute_logger("odoo.sql_db"), orders.env.cr.savepoint():
                order = orders._create_request(given, nonce, company, partner)
                Hit._count(limits)
                orders.env.flush_all()
        except UniqueViolation as error:
            # The other one of two was stored between our first look and now: look again.
            raise ConcurrencyError("service request") from error
        except UserError as error:
            raise FormRefused({"": str(error)}) from error
        return order

    @api.model
    def _check_request(self, post, company, objects):
        """Check what the form brought; return it as values.

        :raises FormRefused: something is missing or wrong, by field
        """
        typed, errors = self._get_request_typed(post), {}
        for fname, limit in LIMITS.items():
            try:
                (clean_text if fname == "words" else clean_line)(post.get(fname) or "", limit)
            except TooLong:
                errors[fname] = self.env._("This is too long: at most %(limit)s characters.", limit=limit)
        kind = self._get_bookable_types(company).filtered(lambda one: one.id == typed["type"])
        if not kind:
            raise FormRefused({"type": self.env._("Choose what is to be done.")})
        asset = objects.filtered(lambda one: one.id == typed["object"])
        if typed["object"] and not asset:
            errors["object"] = self.env._("Choose one of your objects, or enter another one.")
        elif kind.asks_asset and not asset and not typed["object_name"]:
            errors["object_name"] = self.env._("Say what it is about.")
        if not typed["words"] and self._asks_words(kind):
            errors["words"] = self.env._("Write what is wrong, or what you wish.")
        if post.get("slot"):
            self._keep_slots_of(self._get_request_team(company, kind), company)
            if not typed["slot"] or typed["slot"] not in self._find_free_times(
                company, kind, typed["slot"].date() - timedelta(days=1)
            ):
                errors["slot"] = self.env._("This time is not free any more. Please choose another one.")
        if errors:
            raise FormRefused(errors)
        return {"kind": kind, "asset_id": asset.id, **typed}

    @api.model
    def _keep_slots_of(self, team, company):
        """Let customers who choose a time come one after the other.

        The second of two waits here, is done again and finds the time taken.
        """
        take_turn(team or company)

    @api.model
    def _create_request(self, given, nonce, company, partner):
        kind, words = given["kind"], given["words"]
        ours = self.with_context(
            lang=company.partner_id.lang, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        asset_id = given["asset_id"]
        if not asset_id and given["object_name"]:
            asset_id = (
                ours.env["complaint.asset"]
                .create({"model": given["object_name"], "partner_id": partner.id, "company_id": company.id})
                .id
            )
        vals = {
            "name": self._get_request_name(words, kind),
            "description": words or False,
            "partner_id": partner.id,
            "company_id": company.id,
            "type_id": kind.id,
            "asset_id": asset_id,
            "team_id": self._get_request_team(company, kind).id,
            "user_id": False,
            "asked_online": True,
            "request_nonce": nonce,
        }
        if given["slot"]:
            vals |= {"scheduled_start": given["slot"], "appointment_asked": True}
        order = ours.create(vals)
        if words:
            order.with_context(lang=self.env.lang)._post_as_customer(words, silent=True)
        order._tell_of_request()
        order._notify_customer("received", TEMPLATE)
        return order

    @api.model
    def _get_request_name(self, words, kind):
        name = self.env["complaint.complaint"]._get_subject_of(words) if words else kind.name
        return name[: MAX_NAME + 1]

    def _tell_of_request(self):
        """Give somebody the task to confirm the appointment, or to agree on one."""
        self.ensure_one()
        reader = self._get_person_to_tell()
        order = self.with_context(lang=reader.lang or self.env.lang)
        if order.scheduled_start:
            summary = order.env._("Confirm the appointment that the customer chose")
        else:
            summary = order.env._("Agree on an appointment with the customer")
        order._plan_customer_task(summary, self.description or self.name)

"""Who may not see a complaint sees nothing of what hangs on it either (OR-2).

Mail keeps messages readable for their authors and recipients, activities for the person assigned,
and followers and notifications for every employee. Record rules shut these ways (see
``security/complaint_rules.xml``); a rule cannot follow the pair of model name and id by which mail
points to its records, so the rules ask the fields that are defined here.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

COMPLAINT = "complaint.complaint"


class ComplaintAttached(models.AbstractModel):
    """Makes a model searchable by what the user may see of the complaint that a record belongs to."""

    _name = "complaint.attached"
    _description = "What Hangs on a Complaint"

    #: Fields that hold the model name and the id, or the one that leads to a message with them.
    _complaint_link = ("res_model", "res_id")

    complaint_excluded = fields.Boolean(
        compute="_compute_complaint_excluded",
        search="_search_complaint_excluded",
        export_string_translation=False,
        help="The user is concerned by the complaint.",
    )
    complaint_unreadable = fields.Boolean(
        compute="_compute_complaint_unreadable",
        search="_search_complaint_unreadable",
        export_string_translation=False,
        help="The user may not read the complaint, for whatever reason.",
    )

    @api.model
    def _get_thread_models(self):
        """Return ``{model with a chatter: its field that leads to the complaint}``; areas add theirs.

        Such a model has ``excluded_user_ids``.
        """
        return {COMPLAINT: "id"}

    def _get_thread_of(self):
        """Return ``{record: what it hangs on}`` of those that hang on a complaint or on a part of one."""
        *path, model_fname, id_fname = self._complaint_link
        places, ids, thread_models = {}, defaultdict(list), self._get_thread_models()
        for record in self.sudo():
            holder = record[path[0]] if path else record
            if holder[model_fname] in thread_models:
                places[record] = holder[model_fname], holder[id_fname]
                ids[holder[model_fname]].append(holder[id_fname])
        return {
            record: self.env[name].sudo().browse(thread_id).with_prefetch(ids[name])
            for record, (name, thread_id) in places.items()
        }

    @api.depends_context("uid")
    def _compute_complaint_excluded(self):
        thread_of = self._get_thread_of()
        for record in self:
            excluded = thread_of[record].excluded_user_ids if record in thread_of else ()
            record.complaint_excluded = bool(excluded) and self.env.uid in excluded.ids

    @api.depends_context("uid")
    def _compute_complaint_unreadable(self):
        thread_of, readable = self._get_thread_of(), set()
        by_model = self.browse(record.id for record in thread_of).grouped(
            lambda record: thread_of[record]._name
        )
        for name, records in by_model.items():
            threads = self.env[name].browse({thread_of[record].id for record in records}).exists()
            readable.update(threads.sudo(False)._filtered_access("read"))
        for record in self:
            record.complaint_unreadable = record in thread_of and thread_of[record] not in readable

    def _search_complaint_excluded(self, operator, value):
        return self._search_hidden(operator, value, excluded=True)

    def _search_complaint_unreadable(self, operator, value):
        return self._search_hidden(operator, value, excluded=False)

    def _search_hidden(self, operator, value, excluded):
        if operator != "in":
            return NotImplemented
        hidden = Domain.custom(
            to_sql=lambda model, alias, query: model._get_complaint_sql(alias, excluded=excluded)
        )
        domain = Domain.FALSE
        if True in value:
            domain |= hidden
        if False in value:
            domain |= ~hidden
        return domain

    def _get_complaint_sql(self, alias, excluded):
        """Return the condition that a record belongs to a complaint that the user must not see.

        It is never NULL, so it can be negated. Rows are looked up one by one through the primary keys:
        what is asked for are the few messages or followers of a page.

        :param str alias: of the table in the query
        :param bool excluded: look for the exclusion alone, or for any reason
        """
        *path, model_fname, id_fname = self._complaint_link
        if not path:
            return SQL(
                "COALESCE(%s, FALSE)",
                self._get_hidden_sql(
                    self._field_to_sql(alias, model_fname), self._field_to_sql(alias, id_fname), excluded
                ),
            )
        holder = self.env[self._fields[path[0]].comodel_name]
        return SQL(
            "EXISTS (SELECT 1 FROM %s AS holder WHERE holder.id = %s AND %s)",
            SQL.identifier(holder._table),
            self._field_to_sql(alias, path[0]),
            self._get_hidden_sql(
                holder._field_to_sql("holder", model_fname),
                holder._field_to_sql("holder", id_fname),
                excluded,
            ),
        )

    def _get_hidden_sql(self, model_name, record_id, excluded):
        conditions = [
            SQL(
                "(%s = %s AND %s)",
                model_name,
                name,
                self._get_excluded_sql(name, fname, record_id)
                if excluded
                else self._get_unreadable_sql(name, record_id),
            )
            for name, fname in self._get_thread_models().items()
        ]
        return SQL("(%s)", SQL(" OR ").join(conditions))

    def _get_excluded_sql(self, name, fname, record_id):
        field = self.env[COMPLAINT]._fields["excluded_user_ids"]
        if name != COMPLAINT:
            record_id = SQL(
                "(SELECT part.%s FROM %s AS part WHERE part.id = %s)",
                SQL.identifier(fname),
                SQL.identifier(self.env[name]._table),
                record_id,
            )
        return SQL(
            "EXISTS (SELECT 1 FROM %s AS excluded WHERE excluded.%s = %s AND excluded.%s = %s)",
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
            record_id,
            SQL.identifier(field.column2),
            self.env.uid,
        )

    def _get_unreadable_sql(self, name, record_id):
        threads = self.env[name].sudo(False).with_context(active_test=False)
        if not threads.has_access("read"):
            return SQL("TRUE")
        query = threads._search(Domain.TRUE)
        query.add_where(SQL("%s = %s", SQL.identifier(query.table, "id"), record_id))
        return SQL("NOT EXISTS (%s)", query.subselect("1"))


class MailMessage(models.Model):
    _name = "mail.message"
    _inherit = ["mail.message", "complaint.attached"]

    _complaint_link = ("model", "res_id")


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["mail.activity", "complaint.attached"]


class MailFollowers(models.Model):
    _name = "mail.followers"
    _inherit = ["mail.followers", "complaint.attached"]


class MailNotification(models.Model):
    _name = "mail.notification"
    _inherit = ["mail.notification", "complaint.attached"]

    _complaint_link = ("mail_message_id", "model", "res_id")


class MailScheduledMessage(models.Model):
    _name = "mail.scheduled.message"
    _inherit = ["mail.scheduled.message", "complaint.attached"]

    _complaint_link = ("model", "res_id")


class MailTrackingValue(models.Model):
    _name = "mail.tracking.value"
    _inherit = ["mail.tracking.value", "complaint.attached"]

    _complaint_link = ("mail_message_id", "model", "res_id")

from markupsafe import Markup

from odoo import models


class ComplaintTracedEntry(models.AbstractModel):
    """An entry that does not change or vanish unseen: a note in the complaint's chatter says what was.

    The host names its ``_traced_fields`` and words the notes by overriding :meth:`_get_trace_title`,
    :meth:`_get_trace_deleted` and :meth:`_get_trace_line`.
    """

    _name = "complaint.traced.entry"
    _description = "Traced Entry of a Complaint"
    _inherit = ["complaint.entry"]

    _traced_fields = ()

    def write(self, vals):
        if not vals.keys() & set(self._traced_fields):
            return super().write(vals)
        before = self._get_traced_values()
        titles = {entry: entry._get_trace_title() for entry in self}
        result = super().write(vals)
        notes = {}
        for entry, now in self._get_traced_values().items():
            lines = [
                Markup("%s: %s → %s")
                % (self._fields[fname]._description_string(self.env), old or "–", now[fname] or "–")
                for fname, old in before[entry].items()
                if now[fname] != old
            ]
            if lines:
                notes.setdefault(entry.complaint_id.id, []).append(self._format_note(titles[entry], lines))
        self._log_notes(notes)
        return result

    def unlink(self):
        notes = {
            complaint.id: [
                self._format_note(self._get_trace_deleted(), [entry._get_trace_line() for entry in entries])
            ]
            for complaint, entries in self.grouped("complaint_id").items()
        }
        result = super().unlink()
        self._log_notes(notes)
        return result

    def _get_traced_values(self):
        return {
            entry: {fname: entry._get_shown_value(fname) for fname in self._traced_fields} for entry in self
        }

    def _get_shown_value(self, fname):
        """Return a value as a person reads it."""
        self.ensure_one()
        # Names of people and files that the user reads on the entry, if not by themselves.
        entry_sudo, field = self.sudo(), self._fields[fname]
        value = entry_sudo[fname]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.relational:
            return ", ".join(name for name in value.mapped("display_name") if name)
        return field.convert_to_display_name(value, entry_sudo) or ""

    def _get_trace_title(self):
        """Return the words above the list of what changed in one entry."""
        self.ensure_one()
        return self.display_name

    def _get_trace_deleted(self):
        """Return the words above the list of entries that were deleted."""
        raise NotImplementedError

    def _get_trace_line(self):
        """Return one entry in one line, for the note that it was deleted."""
        self.ensure_one()
        return self.display_name

    def _format_note(self, title, lines):
        items = Markup().join(Markup("<li>%s</li>") % line for line in lines)
        return Markup("<p>%s</p><ul>%s</ul>") % (title, items)

    def _log_notes(self, notes):
        """Log notes in the chatters of complaints.

        :param dict notes: list of notes, by the complaint's id
        """
        if notes:
            bodies = {complaint_id: Markup().join(parts) for complaint_id, parts in notes.items()}
            # Whoever changes an entry need not be allowed to write anything else.
            self.env["complaint.complaint"].sudo().browse(bodies)._message_log_batch(bodies=bodies)

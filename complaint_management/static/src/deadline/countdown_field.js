import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatDateTime } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
/** From how near on a limit is shown as a warning. */
const SOON_HOURS = 24;

/**
 * How a limit stands at a moment.
 *
 * @param {DateTime|false} due
 * @param {DateTime} [now]
 * @returns {"late"|"soon"|"open"|""}
 */
export function urgency(due, now = DateTime.now()) {
    if (!due) {
        return "";
    }
    if (due < now) {
        return "late";
    }
    return due.diff(now, "hours").hours < SOON_HOURS ? "soon" : "open";
}

/** A moment as the time that is left until it, red once it has passed. */
export class CountdownField extends Component {
    static template = "complaint_management.CountdownField";
    static props = { ...standardFieldProps };

    get due() {
        return this.props.record.data[this.props.name];
    }

    get urgency() {
        return urgency(this.due);
    }

    get text() {
        return this.due.toRelative();
    }

    get tooltip() {
        return formatDateTime(this.due, { showSeconds: false });
    }
}

registry.category("fields").add("complaint_countdown", {
    component: CountdownField,
    supportedTypes: ["datetime"],
});

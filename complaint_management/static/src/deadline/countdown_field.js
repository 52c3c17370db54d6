import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { distance, urgency } from "./limit";

/** A limit as the time that is left until it, red once it has passed. */
export class CountdownField extends Component {
    static template = "complaint_management.CountdownField";
    static props = { ...standardFieldProps };

    get due() {
        return this.props.record.data[this.props.name];
    }

    /** Of a stopped clock nobody can say how long it leaves: a case has no next limit, a limit moves on. */
    get isPaused() {
        const { deadline_state, state } = this.props.record.data;
        return state === "paused" || (!this.due && deadline_state === "paused");
    }

    get urgency() {
        return urgency(this.due);
    }

    get text() {
        return distance(this.due);
    }

    get tooltip() {
        return toLocaleDateTimeString(this.due);
    }
}

registry.category("fields").add("complaint_countdown", {
    component: CountdownField,
    supportedTypes: ["datetime"],
});

import { Component, onWillUnmount, useState } from "@odoo/owl";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
/** How often the time that is shown is looked at anew, in milliseconds. */
const TICK = 10_000;

/** The moment at which a clock was started, as the time that it has been running: hours and minutes. */
export class RunningClockField extends Component {
    static template = "complaint_management.RunningClockField";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ now: DateTime.now() });
        const timer = setInterval(() => (this.state.now = DateTime.now()), TICK);
        onWillUnmount(() => clearInterval(timer));
    }

    get since() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        // The clocks of the phone and of the server need not be the same.
        const minutes = Math.max(0, Math.floor(this.state.now.diff(this.since, "minutes").minutes));
        return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    }

    get tooltip() {
        return toLocaleDateTimeString(this.since);
    }
}

registry.category("fields").add("complaint_running_clock", {
    component: RunningClockField,
    supportedTypes: ["datetime"],
});

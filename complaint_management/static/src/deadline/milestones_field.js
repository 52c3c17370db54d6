import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatDateTime } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { urgency } from "./countdown_field";

const ICONS = {
    met: "fa-check-circle text-success",
    late: "fa-check-circle text-danger",
    breached: "fa-exclamation-circle text-danger",
    paused: "fa-pause-circle text-warning",
    soon: "fa-clock-o text-warning",
    running: "fa-circle-o text-muted",
};

/** The time limits of a case as a strip: what is reached, what runs, what is late, with the times. */
export class MilestonesField extends Component {
    static template = "complaint_management.MilestonesField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get milestones() {
        const records = this.props.record.data[this.props.name].records
            .map((record) => record.data)
            .filter((deadline) => deadline.state !== "cancelled");
        // A reopened case has a new round of limits; those of the earlier ones are history.
        const round = Math.max(0, ...records.map((deadline) => deadline.round));
        return records
            .filter((deadline) => deadline.round === round)
            .sort((one, other) => one.due - other.due)
            .map((deadline) => this.describe(deadline));
    }

    /** What one milestone shows. A limit that has just passed is overdue, whether or not it was noted yet. */
    describe(deadline) {
        let look = deadline.state;
        if (look === "running") {
            look = { late: "breached", soon: "soon" }[urgency(deadline.due)] || "running";
        }
        const moment = formatDateTime(deadline.reached_at || deadline.due, { showSeconds: false });
        return {
            id: deadline.id,
            look,
            label: this.label(deadline.milestone),
            icon: ICONS[look],
            text: ["met", "late", "paused"].includes(look)
                ? { met: _t("in time"), late: _t("late"), paused: _t("stands still") }[look]
                : deadline.due.toRelative(),
            tooltip: deadline.reached_at ? _t("Reached on %s", moment) : _t("Due on %s", moment),
        };
    }

    label(milestone) {
        const { fields } = this.props.record.data[this.props.name];
        return Object.fromEntries(fields.milestone.selection)[milestone];
    }

    async open(id) {
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Time Limit"),
                res_model: "complaint.deadline",
                res_id: id,
                views: [[false, "form"]],
                target: "new",
            },
            { onClose: () => this.props.record.load() }
        );
    }
}

registry.category("fields").add("complaint_milestones", {
    component: MilestonesField,
    supportedTypes: ["one2many"],
    relatedFields: [
        { name: "milestone", type: "selection" },
        { name: "state", type: "selection" },
        { name: "round", type: "integer" },
        { name: "due", type: "datetime" },
        { name: "reached_at", type: "datetime" },
    ],
});

import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { toLocaleDateTimeString } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { distance, urgency } from "./limit";

const ICONS = {
    met: "fa-check-circle text-success",
    late: "fa-check-circle text-danger",
    breached: "fa-exclamation-circle text-danger",
    paused: "fa-pause-circle o_complaint_soon",
    soon: "fa-clock-o o_complaint_soon",
    running: "fa-circle-o text-muted",
};

/**
 * The time limits of a case as a strip: what is reached, what runs, what is late, with the times.
 *
 * The list inside the field's node of the view says which fields are read.
 */
export class MilestonesField extends Component {
    static template = "complaint_management.MilestonesField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    get milestones() {
        const labels = Object.fromEntries(this.list.fields.milestone.selection);
        const order = Object.keys(labels);
        const deadlines = this.list.records
            .map((record) => ({ ...record.data, id: record.resId }))
            .filter((deadline) => deadline.state !== "cancelled");
        // A reopened case has a new round of limits; those of the earlier ones are history.
        const round = Math.max(0, ...deadlines.map((deadline) => deadline.round));
        return deadlines
            .filter((deadline) => deadline.round === round)
            .sort((one, other) => order.indexOf(one.milestone) - order.indexOf(other.milestone))
            .map((deadline) => this.describe(deadline, labels[deadline.milestone]));
    }

    /** What one milestone shows. A limit that has just passed is overdue, whether or not it was noted yet. */
    describe(deadline, label) {
        let look = deadline.state;
        if (look === "running") {
            look = { late: "breached", soon: "soon" }[urgency(deadline.due)] || "running";
        }
        const moment = toLocaleDateTimeString(deadline.reached_at || deadline.due);
        return {
            id: deadline.id,
            look,
            label,
            icon: ICONS[look],
            text: this.status(look, deadline),
            moment,
            tooltip: deadline.reached_at ? _t("Reached on %s", moment) : _t("Due on %s", moment),
            asked: deadline.request_waits,
            extended: deadline.extension > 0,
        };
    }

    status(look, { due, reached_at }) {
        switch (look) {
            case "met":
                return _t("in time");
            case "late":
                return distance(due, reached_at);
            case "paused":
                return _t("clock stopped");
            default:
                return distance(due);
        }
    }

    async open(id) {
        // What was typed is not to be lost when the case is read again afterwards.
        if (!(await this.props.record.save())) {
            return;
        }
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Time Limit"),
                res_model: this.list.resModel,
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
    useSubView: true,
});

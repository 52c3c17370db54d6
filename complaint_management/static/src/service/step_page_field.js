import { Component, useEffect, useRef, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Pages whose name is not that of their step. */
const PAGES = { appointment: "lines", quotation: "lines", settlement: "lines", closed: "handover" };

/** The step of an order: when the form opens, and whenever the order moves on, its page comes to the front. */
export class StepPageField extends Component {
    static template = xml`<span class="d-none" t-ref="root" />`;
    static props = { ...standardFieldProps };

    setup() {
        const root = useRef("root");
        useEffect(
            (_resId, step) => {
                const page = PAGES[step] || step;
                // A page that the service does not ask for is not there: the first one stays.
                root.el.closest(".o_form_renderer")?.querySelector(`.o_notebook .nav-link[name='${page}']`)?.click();
            },
            () => [this.props.record.resId, this.props.record.data[this.props.name]]
        );
    }
}

registry.category("fields").add("complaint_step_page", {
    component: StepPageField,
    supportedTypes: ["selection"],
});

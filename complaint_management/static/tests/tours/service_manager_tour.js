import { registry } from "@web/core/registry";
import { openMenu, saved, tab } from "./resolution_steps";

const section = (name) => ({
    trigger: `[data-menu-xmlid='complaint_management.complaint_menu_${name}']`,
    run: "click",
});
const menu = (parent, name) => [section(parent), section(name)];

/** The head of the workshop looks at who does what, what is coming, what the law watches, and the figures. */
registry.category("web_tour.tours").add("complaint_service_manager", {
    steps: () => [
        ...openMenu("service", "service_booking"),
        {
            content: "The week shows what is booked",
            trigger: ".o_calendar_view .fc-event:contains('The brakes squeal')",
        },
        ...menu("service", "service_board"),
        { trigger: ".o_kanban_group:contains('Technician') .o_kanban_record:contains('The brakes squeal')" },
        ...menu("service", "service_load"),
        {
            content: "How much each technician has to do stands in hours and per cent",
            trigger: ".o_list_view .o_group_header:contains('Technician')",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains('02:00')" },
        ...menu("service", "asset_due"),
        { trigger: ".o_list_view .o_data_row:contains('Yearly check'):contains('Family car')" },
        ...menu("service", "asset_warning"),
        {
            content: "A legal limit comes near: it says which, and how near",
            trigger: ".o_list_view .o_data_row:contains('Family car') .o_data_cell[name=rule_id]",
            run: "click",
        },
        { trigger: ".o_form_view .alert-warning:contains('The limit is near')" },
        ...menu("reporting", "service_report"),
        { trigger: ".o_graph_view, .o_pivot_view" },
        ...menu("configuration", "service_type"),
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_form_view .oe_title [name=name] input", run: "edit Tyre change" },
        tab("checks"),
        { trigger: "[name=check_ids] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: "[name=check_ids] .o_selected_row [name=name] input", run: "edit Wheel nuts tightened" },
        { trigger: ".o_form_button_save:visible", run: "click" },
        { trigger: ".o_form_view:contains('Wheel nuts tightened')" },
        saved,
    ],
});

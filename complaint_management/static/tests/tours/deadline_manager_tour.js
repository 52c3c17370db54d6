import { registry } from "@web/core/registry";
import { saved } from "./resolution_steps";

const openMenu = (section, menu) => [
    { trigger: `[data-menu-xmlid='complaint_management.complaint_menu_${section}']`, run: "click" },
    { trigger: `[data-menu-xmlid='complaint_management.complaint_menu_${menu}']`, run: "click" },
];

/** The manager sees what is late and what will be, whoever answers for it. */
registry.category("web_tour.tours").add("complaint_deadline_late", {
    steps: () => [
        ...openMenu("case", "deadline_late"),
        { trigger: ".o_data_row:contains('Late one'):contains('Handler') [data-urgency=late]" },
        { trigger: ".o_data_row:contains('Somebody else'):contains('Colleague') [data-urgency=soon]" },
        {
            content: "What has time is not in the way",
            trigger: ".o_list_view:not(:has([data-urgency=open]))",
        },
    ],
});

/** The manager writes a policy: one limit, a warning and who is told when it passes. */
registry.category("web_tour.tours").add("complaint_deadline_policy", {
    steps: () => [
        ...openMenu("configuration", "deadline_policy"),
        { trigger: ".o_control_panel:contains('Time Limits') .o_list_button_add", run: "click" },
        { trigger: ".o_form_view [name=name] input", run: "edit Hotline promise" },
        { trigger: "[name=rule_ids] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: ".modal [name=milestone] input", run: "click" },
        { trigger: ".o_select_menu_item:contains('First answer')", run: "click" },
        { trigger: ".modal [name=duration] input", run: "edit 4" },
        { trigger: ".modal [name=unit]:first input", run: "click" },
        { trigger: ".o_select_menu_item:contains('hours')", run: "click" },
        { trigger: ".modal [name=warn_before] input", run: "edit 25" },
        { trigger: ".modal [name=escalation_ids] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: ".modal .o_selected_row [name=after] input", run: "edit 2" },
        { trigger: ".modal .o_form_button_save, .modal footer .btn-primary:contains('Save')", run: "click" },
        { trigger: "body:not(:has(.modal)) [name=rule_ids] .o_data_row:contains('First answer'):contains('4')" },
        { trigger: ".o_form_button_save", run: "click" },
        saved,
    ],
});

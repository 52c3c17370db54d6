import { registry } from "@web/core/registry";

const notice = (content) => ({
    content,
    trigger: ".o_notification:contains('Saved and passed on')",
});

/** What is passed on to a team that one does not see is saved and gone, without an error. */
registry.category("web_tour.tours").add("complaint_passing_on", {
    steps: () => [
        {
            content: "Open one from the list",
            trigger: ".o_data_row .o_data_cell:contains('The heating does not work')",
            run: "click",
        },
        {
            content: "The form is whole",
            trigger: ".o_form_view .o-mail-Message",
        },
        {
            trigger: ".o_form_view [name=team_id] input",
            run: "edit Other team",
        },
        {
            trigger: ".ui-autocomplete > li > a:contains('Other team')",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        notice("It is said that it is out of sight"),
        {
            content: "Back in the list it is gone",
            trigger: ".o_list_view:not(:has(.o_data_cell:contains('The heating does not work')))",
        },
        {
            content: "Close the notice",
            trigger: ".o_notification_close",
            run: "click",
        },
        {
            trigger: ".o_optional_columns_dropdown button",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains('Team') input",
            run: "click",
        },
        {
            content: "Choose the two that are left",
            trigger: ".o_data_row:contains('Second') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Third') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Second') td[name=team_id]",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=team_id] input",
            run: "edit Other team",
        },
        {
            trigger: ".ui-autocomplete > li > a:contains('Other team')",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        notice("One notice for both"),
    ],
});

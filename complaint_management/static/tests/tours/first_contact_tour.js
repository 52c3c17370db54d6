import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** A customer calls: found by the number, the repeat is seen, the record is read back, one click moves it on. */
registry.category("web_tour.tours").add("complaint_first_contact", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: '.o_app[data-menu-xmlid="complaint_management.complaint_menu_root"]',
            run: "click",
        },
        {
            content: "Start a new complaint from the board of one's own",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            content: "The form asks for the subject first",
            trigger: ".o_form_view .oe_title [name=name] textarea",
            run: "edit The heating is cold again",
        },
        {
            content: "What is missing is listed before anything is pressed",
            trigger: ".alert-info:contains('Choose the channel it came in by.')",
        },
        {
            content: "Type the number that the telephone shows",
            trigger: ".o_form_view [name=partner_phone] input",
            run: "edit 13800138000 && press Tab",
        },
        {
            content: "The customer is found and the earlier complaint shown beside",
            trigger: ".o_complaint_repeats .o_kanban_record:contains('The heating does not work')",
        },
        {
            content: "Choose the channel",
            trigger: ".o_form_view [name=channel_id] input",
            run: "edit Test counter",
        },
        {
            trigger: ".ui-autocomplete > li > a:contains('Test counter')",
            run: "click",
        },
        {
            content: "Write down what happened",
            trigger: ".o_form_view [name=description] textarea",
            run: "edit Since this morning no room gets warm.",
        },
        {
            content: "Spoken complaints are read back",
            trigger: "button[name=action_read_back]",
            run: "click",
        },
        {
            content: "Nothing is missing any more",
            trigger: ".o_form_view:not(:has(.alert-info:visible)) button[name=action_next_step]:contains('To Triage')",
            run: "click",
        },
        {
            content: "The complaint stands in triage",
            trigger: ".o_arrow_button_current:contains('Triage')",
        },
    ],
});

/** Answered while the customer is on the phone: closed in one action, still on the record. */
registry.category("web_tour.tours").add("complaint_on_the_spot", {
    steps: () => [
        {
            trigger: "button:contains('Answered on the Spot')",
            run: "click",
        },
        {
            trigger: ".modal [name=answer] textarea",
            run: "edit The boiler restarts at noon; she is content with that.",
        },
        {
            trigger: ".modal button[name=action_apply]:visible",
            run: "click",
        },
        {
            content: "It is closed and can be reopened",
            trigger: "button:contains('Reopen')",
        },
    ],
});

import { registry } from "@web/core/registry";

const INVESTIGATION = ".o_complaint_milestone:contains('Investigation')";

/** The handler asks for more time on the milestone itself. */
registry.category("web_tour.tours").add("complaint_deadline_ask", {
    steps: () => [
        {
            content: "The strip says how long there is left",
            trigger: `${INVESTIGATION}:contains('left')`,
            run: "click",
        },
        {
            trigger: ".modal button[name=action_request_extension]",
            run: "click",
        },
        {
            trigger: ".modal:contains('Ask for More Time') [name=amount] input",
            run: "edit 3",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit The boiler part comes from abroad.",
        },
        {
            trigger: ".modal footer button:contains('Ask')",
            run: "click",
        },
        {
            content: "The strip shows that it was asked for",
            trigger: `body:not(:has(.modal)) ${INVESTIGATION} [title='More time is asked for']`,
        },
        {
            content: "Nobody asks twice",
            trigger: INVESTIGATION,
            run: "click",
        },
        {
            trigger: ".modal .o_form_view:not(:has(button[name=action_request_extension])):contains('comes from abroad')",
        },
    ],
});

/** The leader finds the request in the activity and approves it. */
registry.category("web_tour.tours").add("complaint_deadline_approve_activity", {
    steps: () => [
        {
            trigger: ".o-mail-Activity:contains('The boiler part comes from abroad')",
        },
        {
            trigger: ".o-mail-Activity-note a:contains('Decide')",
            run: "click",
        },
        {
            content: "Both dates stand there before it is decided",
            trigger: ".o_form_view:contains('New Limit') button[name=action_approve]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Approved')",
        },
    ],
});

/** The leader approves in the list of requests. */
registry.category("web_tour.tours").add("complaint_deadline_approve_list", {
    steps: () => [
        {
            trigger: "[data-menu-xmlid='complaint_management.complaint_menu_case']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='complaint_management.complaint_menu_extension']",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('comes from abroad') button[name=action_approve]",
            run: "click",
        },
        {
            content: "It no longer waits",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('comes from abroad')))",
        },
    ],
});

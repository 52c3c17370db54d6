import { registry } from "@web/core/registry";

/** A colleague accepts in the list of what waits, and opens the case. */
registry.category("web_tour.tours").add("complaint_inquiry_accept_list", {
    steps: () => [
        { trigger: "[data-menu-xmlid='complaint_management.complaint_menu_case']", run: "click" },
        { trigger: "[data-menu-xmlid='complaint_management.complaint_menu_handover']", run: "click" },
        {
            content: "Why it is handed over stands there",
            trigger: ".o_data_row:contains('The heating does not work'):contains('She knows the building.') button[name=action_accept]",
            run: "click",
        },
        {
            content: "It waits no longer",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('The heating does not work')))",
        },
    ],
});

/** A colleague accepts on the case itself. */
registry.category("web_tour.tours").add("complaint_inquiry_accept_banner", {
    steps: () => [
        {
            trigger: ".alert-warning:contains('She knows the building.') button[name=action_accept_handover]",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(button[name=action_accept_handover]:visible)) [name=user_id] input:value('Colleague')",
        },
    ],
});

/** The leader decides what the handler doubted. */
registry.category("web_tour.tours").add("complaint_inquiry_judge", {
    steps: () => [
        {
            content: "The leader's activity says that somebody is in doubt",
            trigger: ".o-mail-Activity:contains('Handler is in doubt')",
        },
        {
            trigger: ".alert-warning:contains('You decide') button[name=action_judge_founded]",
            run: "click",
        },
        {
            content: "Decided: the question and the activity are gone, and it may go on",
            trigger:
                ".o_form_view:not(:has(button[name=action_judge_founded]:visible)):not(:has(.o-mail-Activity)) button[name=action_next_step]:contains('To Dispatch')",
        },
    ],
});

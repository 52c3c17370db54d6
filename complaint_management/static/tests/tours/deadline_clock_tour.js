import { registry } from "@web/core/registry";

/** The clock is stopped with a reason, the board says so, and it goes on. */
registry.category("web_tour.tours").add("complaint_deadline_pause", {
    steps: () => [
        { trigger: ".o_complaint_milestone[data-look=running]" },
        {
            trigger: "button:contains('Stop the Clock')",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] input",
            run: "edit Photo of the boiler's plate",
        },
        {
            trigger: ".modal button[name=action_pause]",
            run: "click",
        },
        {
            content: "Everybody sees what is waited for",
            trigger: ".o_form_view:contains(\"Photo of the boiler's plate\") .o_complaint_milestone[data-look=paused]",
        },
        {
            trigger: ".o_form_view:not(:has(button:contains('Stop the Clock'):visible)) button[name=action_resume]",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has([data-look=paused])) .o_complaint_milestone[data-look=running]",
        },
    ],
});

/** The handler's own limits, the nearest first; a click opens the complaint. */
registry.category("web_tour.tours").add("complaint_deadline_mine", {
    steps: () => [
        {
            trigger: "[data-menu-xmlid='complaint_management.complaint_menu_case']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='complaint_management.complaint_menu_deadline_mine']",
            run: "click",
        },
        {
            content: "What was due first stands first",
            trigger: ".o_data_row:first:contains('Late one') [data-urgency=late]",
        },
        {
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Somebody else')))",
        },
        {
            trigger: ".o_data_row:first .o_data_cell[name=milestone]",
            run: "click",
        },
        {
            trigger: ".o_form_view:contains('Late one') .o_complaint_milestone[data-look=breached]",
        },
    ],
});

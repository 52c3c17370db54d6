import { registry } from "@web/core/registry";
import { noDialog, openMenu } from "./resolution_steps";

/** Who has to carry out what was promised finds it on a phone and ticks it off. */
registry.category("web_tour.tours").add("complaint_resolution_remedy", {
    steps: () => [
        ...openMenu("resolution", "remedy_mine"),
        {
            content: "What exactly is to be done stands on the card",
            trigger: ".o_kanban_record:contains('Return'):contains('A new one')",
            run: "click",
        },
        {
            content: "For whom it is done, and the number to call",
            trigger: ".o_form_view:has([name=partner_phone] a[href^=tel]) [name=complaint_name]:contains('The heating does not work')",
        },
        { trigger: ".o_statusbar_buttons button:contains('Done')", run: "click" },
        {
            trigger: ".modal [name=note] textarea",
            run: "edit Fetched this morning.",
        },
        { trigger: ".modal footer button:contains('Done'):visible", run: "click" },
        noDialog,
        {
            trigger:
                ".o_form_view:not(:has(.o_statusbar_buttons button:contains('Done'):visible)) [name=done_note]:contains('Fetched this morning.')",
        },
    ],
});

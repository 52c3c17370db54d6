import { registry } from "@web/core/registry";
import { noDialog, saved } from "./resolution_steps";

const tours = registry.category("web_tour.tours");
let link = "";

/** Whoever handles a complaint looks up its link, and renews it when it came into wrong hands. */
tours.add("complaint_portal_link", {
    steps: () => [
        { trigger: "button[name=action_preview_customer]" },
        { trigger: ".o_cp_action_menus button:has(.fa-cog)", run: "click" },
        { trigger: ".o-dropdown--menu .o-dropdown-item:contains(\"Customer's Link\")", run: "click" },
        {
            trigger: ".modal [name=link]:contains(access_token=)",
            run({ anchor }) {
                link = anchor.textContent.trim();
            },
        },
        { trigger: ".modal footer button[name=action_renew]", run: "click" },
        { trigger: ".modal:contains(will lead nowhere) footer .btn-primary:contains(Ok)", run: "click" },
        {
            content: "Another link stands there now",
            trigger: ".modal [name=link]:contains(access_token=)",
            async run({ anchor }) {
                while (document.querySelector(".modal [name=link]").textContent.trim() === link) {
                    await new Promise(requestAnimationFrame);
                }
            },
        },
        { trigger: ".modal footer button:contains(OK)", run: "click" },
        noDialog,
    ],
});

/** What they see of the customer's page: all of it, and no form. */
tours.add("complaint_portal_preview", {
    steps: () => [
        { trigger: ".o_complaint_preview:contains(You see this page as the customer does)" },
        { trigger: "#proposal:contains(We make it good.)" },
        { trigger: ".o_complaint_case:not(:has(form))" },
        {
            trigger: ".o_complaint_preview a:contains(Open the complaint in the backend)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_form_view [name=name]" },
    ],
});

/** The address of a team's form, its code and its poster. */
tours.add("complaint_portal_team", {
    steps: () => [
        { trigger: ".o_notebook .nav-link[name=public_form]", run: "click" },
        { trigger: "[name=web_key] input", run: "edit counter-one && press Tab" },
        { trigger: ".o_form_button_save", run: "click" },
        saved,
        { trigger: "[name=form_url]:contains(/complaint/counter-one)" },
        { trigger: "[name=form_qr_url] img" },
        { trigger: "button[name=action_print_poster]" },
    ],
});

/** The settings of the customer's side. */
tours.add("complaint_portal_settings", {
    steps: () => [
        { trigger: ".settings_tab [data-key=complaint_management]", run: "click" },
        { trigger: "#complaint_link [name=complaint_link_days] input", run: "edit 60" },
        { trigger: "#complaint_form_confirm [name=complaint_form_confirm] input", run: "click" },
        { trigger: "#complaint_progress [name=complaint_progress_days] input", run: "edit 3" },
        { trigger: ".o_form_button_save", run: "click" },
        { content: "All is saved", trigger: ".o_control_panel:not(:contains(Unsaved changes))" },
    ],
});

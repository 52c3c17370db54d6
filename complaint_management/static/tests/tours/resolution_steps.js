import { stepUtils } from "@web_tour/tour_utils";

/** Open a page of the app's menu; on a phone the menu slides in from the side. */
export const openMenu = (section, menu) => [
    { ...stepUtils.showAppsMenuItem(), isActive: ["desktop"] },
    { isActive: ["mobile"], trigger: ".o_main_navbar .o_menu_toggle", run: "click" },
    { isActive: ["mobile"], trigger: ".o_sidebar_topbar a.btn-primary", run: "click" },
    {
        trigger: ".o_app[data-menu-xmlid='complaint_management.complaint_menu_root']",
        run: "click",
    },
    {
        content: "The app has opened with its first page",
        trigger: "body:not(:has(.o_app_menu_sidebar)) .o_kanban_view",
    },
    { isActive: ["mobile"], trigger: ".o_main_navbar .o_menu_toggle", run: "click" },
    {
        isActive: ["desktop"],
        trigger: `[data-menu-xmlid='complaint_management.complaint_menu_${section}']`,
        run: "click",
    },
    {
        trigger: `[data-menu-xmlid='complaint_management.complaint_menu_${menu}']`,
        run: "click",
    },
];

/** Wait until what was entered is stored: a tour that ends before leaves the form unsaved. */
export const saved = { trigger: ".o_form_view:not(:has(.o_form_status_indicator_buttons:not(.invisible)))" };

export const noDialog = { trigger: "body:not(:has(.modal))" };

export const tab = (name) => ({ trigger: `.o_notebook .nav-link[name='${name}']`, run: "click" });

/** Sign in a dialog with the name that stands there; the pad opens over it. */
export const sign = (field) => [
    { trigger: `.modal [name=${field}] .o_signature`, run: "click" },
    { trigger: ".modal .o_web_sign_auto_button", run: "click" },
    { trigger: ".modal footer button:contains('Adopt'):enabled", run: "click" },
    {
        content: "The signature stands in the dialog",
        trigger: `body:not(:has(.o_web_sign_name_and_signature)) .modal [name=${field}] img.o_signature`,
    },
];

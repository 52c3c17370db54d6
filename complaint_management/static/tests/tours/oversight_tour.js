import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openApp = () => [
    stepUtils.showAppsMenuItem(),
    {
        trigger: '.o_app[data-menu-xmlid="complaint_management.complaint_menu_root"]',
        run: "click",
    },
];

/** The manager sees the teams' figures, opens what is behind them and the analysis. */
registry.category("web_tour.tours").add("complaint_manager", {
    steps: () => [
        ...openApp(),
        { trigger: "[data-menu-xmlid='complaint_management.complaint_menu_teams']", run: "click" },
        { trigger: ".o_kanban_record:contains('Centre'):contains('Unassigned')", run: "click" },
        { trigger: ".o_searchview_facet:contains('Centre')" },
        { trigger: ".o_kanban_record:contains('The heating does not work')" },
        { trigger: "[data-menu-xmlid='complaint_management.complaint_menu_reporting']", run: "click" },
        { trigger: "[data-menu-xmlid='complaint_management.complaint_menu_report']", run: "click" },
        { trigger: ".o_graph_view canvas" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot table:contains('Attitude')" },
    ],
});

/** The auditor reads a case and finds no way to change it. */
registry.category("web_tour.tours").add("complaint_auditor", {
    steps: () => [
        ...openApp(),
        { trigger: ".o_data_row:contains('The heating does not work') .o_data_cell[name=name]", run: "click" },
        {
            content: "The card is there to read only",
            trigger: ".o_form_view .o_form_readonly [name=description]:contains('It has been cold')",
        },
        {
            content: "No button moves or ends the case",
            trigger: ".o_form_view:not(:has(.o_statusbar_buttons button:visible))",
        },
    ],
});

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { calendarView } from "@web/views/calendar/calendar_view";

/** Seven days side by side are too narrow on a phone: there a day comes first, until somebody chooses. */
export class BookingCalendarModel extends CalendarModel {
    getLocalStorageScale() {
        const chosen = browser.localStorage.getItem(this.storageKey);
        return this.env.isSmall && !chosen ? "day" : super.getLocalStorageScale();
    }
}

registry.category("views").add("complaint_booking_calendar", { ...calendarView, Model: BookingCalendarModel });

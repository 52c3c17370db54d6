import { describe, expect, test } from "@odoo/hoot";
import { browser } from "@web/core/browser/browser";
import { BookingCalendarModel } from "@complaint_management/service/booking_calendar";

describe.current.tags("headless");

/** The scale with which the calendar opens. */
const scaleOf = (isSmall, chosen) => {
    browser.localStorage.removeItem("scale of bookings");
    if (chosen) {
        browser.localStorage.setItem("scale of bookings", chosen);
    }
    return BookingCalendarModel.prototype.getLocalStorageScale.call({
        env: { isSmall },
        meta: { scales: ["day", "week", "month"], scale: "week" },
        storageKey: "scale of bookings",
    });
};

test("a phone shows a day first, a screen its week", () => {
    expect(scaleOf(true)).toBe("day");
    expect(scaleOf(false)).toBe("week");
});

test("what somebody chose stays", () => {
    expect(scaleOf(true, "month")).toBe("month");
    expect(scaleOf(false, "day")).toBe("day");
});

import { _t } from "@web/core/l10n/translation";

const { DateTime, Duration } = luxon;
/** From how near on a limit is shown as a warning. */
const SOON_HOURS = 24;
/** Up to how many of a unit a time is told in it: "90 minutes", but "2 hours". */
const UNITS = [
    ["minutes", 90],
    ["hours", 36],
];

/**
 * How a limit stands at a moment.
 *
 * @param {DateTime|false} due
 * @param {DateTime} [now]
 * @returns {"late"|"soon"|"open"|""}
 */
export function urgency(due, now = DateTime.now()) {
    if (!due) {
        return "";
    }
    if (due < now) {
        return "late";
    }
    return due.diff(now, "hours").hours < SOON_HOURS ? "soon" : "open";
}

/** The time between two moments in one unit, never rounded up: nobody is promised more than there is. */
function span(from, to) {
    const [unit] = UNITS.find(([name, most]) => to.diff(from).as(name) < most) || ["days"];
    return Duration.fromObject({ [unit]: Math.floor(to.diff(from).as(unit)) }).toHuman();
}

/**
 * How long a limit leaves, or how late it is.
 *
 * @param {DateTime} due
 * @param {DateTime} [now] or when it was reached
 */
export function distance(due, now = DateTime.now()) {
    return due < now ? _t("%s late", span(due, now)) : _t("%s left", span(now, due));
}

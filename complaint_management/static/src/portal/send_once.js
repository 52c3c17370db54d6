import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** A form that was sent is not sent again by a second click. The server minds that as well. */
export class SendOnce extends Interaction {
    static selector = "form.o_complaint_form";
    dynamicContent = {
        _root: { "t-on-submit": this.onSubmit },
    };

    /** Whoever comes back to the page by the browser's button can send again. */
    start() {
        this.addListener(window, "pageshow", () => {
            this.sent = false;
            this.el.removeAttribute("aria-busy");
        });
    }

    onSubmit(ev) {
        if (this.sent) {
            ev.preventDefault();
            return;
        }
        // Others may still find something missing.
        this.waitForTimeout(() => {
            if (!ev.defaultPrevented) {
                this.sent = true;
                this.el.setAttribute("aria-busy", "true");
            }
        }, 0);
    }
}

registry.category("public.interactions").add("complaint_management.send_once", SendOnce);

import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FetchRecordError } from "@web/model/relational_model/errors";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { formView } from "@web/views/form/form_view";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";

/**
 * A complaint may be passed on to people whose complaints one does not see. It is saved, but the
 * server does not show it any more (see complaint_passing_on.py): say so instead of reporting an error.
 */
class ComplaintRecord extends RelationalModel.Record {
    async _save() {
        try {
            return await super._save(...arguments);
        } catch (error) {
            if (!(error instanceof FetchRecordError) || !error.resIds.includes(this.resId)) {
                throw error;
            }
        }
        this._setData();
        if (!this.config.isRoot) {
            return true;
        }
        // There is nothing more to be done with it on this form.
        this.model.env.config.historyBack();
        return false;
    }

    _setData(data) {
        if (data || !this.resId) {
            return super._setData(...arguments);
        }
        // A line or a card shows what was entered until the view is loaded again.
        this._values = markRaw({ ...this._values, ...this._changes });
        this._changes = markRaw({});
        this.data = { ...this._values };
        this.dirty = false;
        this._savePoint = undefined;
        this.model.sayPassedOn();
    }
}

class ComplaintModel extends RelationalModel {
    static Record = ComplaintRecord;

    /** One notice, however many lines were changed at once. */
    sayPassedOn() {
        this._closePassedOn?.();
        this._closePassedOn = this.notification.add(
            _t("Saved and passed on. It is now in the hands of people whose complaints you do not see."),
            { type: "info" }
        );
    }

    _updateSimilarRecords(record, serverValues) {
        if (serverValues) {
            super._updateSimilarRecords(record, serverValues);
        }
    }
}

const views = registry.category("views");
views.add("complaint_form", { ...formView, Model: ComplaintModel });
views.add("complaint_list", { ...listView, Model: ComplaintModel });
views.add("complaint_kanban", { ...kanbanView, Model: ComplaintModel });

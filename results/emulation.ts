/** What every table, chart, caption and export carries that shows a figure of an emulated runtime. */
export const EMULATION_MARK = 'emulated (TCG): not a KVM figure';

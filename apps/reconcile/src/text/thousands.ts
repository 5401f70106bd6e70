/** `1,234,567`. What the platform has for it loads the rules of every language, which a short command would feel. */
export const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",")

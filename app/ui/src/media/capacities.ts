/** What a medium holds; `""` is one that holds everything. */
export const CAPACITIES = ["", "650M", "4.3G", "25G"] as const;

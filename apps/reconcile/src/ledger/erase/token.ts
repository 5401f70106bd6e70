/** In SQL: whether a key is that of an address, and not a name that stands for a person who was erased. */
export const isNobodyErased = (key: string): string =>
  `NOT (${key} GLOB 'erased-[0-9]*' AND instr(${key}, '@') = 0)`

/** Whether a key is the name that took an erased person's place: nobody to ask for, and nobody to send to. */
export const isErased = (emailKey: string): string =>
  `(${emailKey} GLOB 'erased-[0-9]*' AND instr(${emailKey}, '@') = 0)`

/** Text of the token that stands for everything that a vocabulary lacks. */
export const unknownToken = '<unk>';

/** Id of that token in the vocabularies of characters and of words. */
export const unknownId = 0;

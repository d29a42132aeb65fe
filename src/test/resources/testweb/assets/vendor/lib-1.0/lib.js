export const vendored = 1;

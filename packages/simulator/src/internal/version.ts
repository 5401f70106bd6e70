/** The version of the package, as `--version` prints it; a test holds it against package.json. */
export const version = "0.1.0"

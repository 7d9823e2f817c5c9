/** What a repository may hold. Whatever is beyond is refused with a finding, before it costs more than reading it. */
export const limits = {
  fileBytes: 1_048_576,
  documentsPerFile: 1_000,
  keysPerDocument: 50_000,
  nesting: 100,
  /** Words, signs and blanks; a mapping of as many keys as are allowed has 400,000. */
  lexemesPerFile: 500_000,
  /** Findings that are reported of one file; the rest is counted. */
  findingsPerFile: 100,
  settingsSchemaBytes: 262_144,
  /** Schemas inside of one settings schema, the files that it refers to included. */
  settingsSchemaParts: 5_000,
  /** Schemas that may judge one value of the settings. */
  settingsSchemaWeight: 1_000,
  /** Checks of settings: their values times the schemas that may judge each. */
  settingsChecks: 1_000_000,
  descriptorBytes: 1_048_576,
  components: 1_000,
} as const;

/**
 * Every reason that a user can meet in a condition, a gate or an event, with what it means. They are API: added, never renamed.
 * docs/reasons.md lists them, and a test holds the two against each other.
 */
export const reasons = {
  // Ready and the other conditions of an Environment
  Deployed: 'The environment runs what git asks for, verified.',
  Invalid: 'The documents for the environment are not valid; it keeps what it has.',
  Blocked: 'A gate is closed.',
  Deploying: 'A deployment is under way or due.',
  Verifying: 'The checks after a deployment are under way.',
  DeploymentFailed: 'The deployment did not succeed.',
  DeploymentUnknown: 'Nobody can know how the deployment ended; a person has to say.',
  VerificationFailed: 'The deployment succeeded, its verification did not.',
  Drifted: 'Something else was deployed over what Towpath had deployed.',
  Suspended: 'An operator has suspended the environment, or its source.',
  Held: 'A Hold selects the environment.',
  Valid: 'The documents are valid.',
  ForeignDeployment: 'A build that Towpath did not start deployed to the environment.',
  NotDeployed: 'What git asks for is not deployed yet.',
  Uncertain: 'A run started and did not succeed: nobody knows what runs there.',
  // Ready of a ReleaseSource
  Loaded: 'The commit was read, and all of its documents are valid.',
  LoadedWithErrors: 'The commit was read; some documents are not valid.',
  Unexpected: 'An error that nobody foresaw; the log has more.',
  Conflict: 'Somebody else wrote the object at the same time; it is tried again.',
  Forbidden: 'The API server does not allow it.',
  NotConfigured: 'The documents name a server, bucket or job that the ReleaseSource does not have.',
  SecretMissing: 'A Secret that the ReleaseSource names is not there.',
  SecretIncomplete: 'A Secret lacks a key.',
  // Reading a repository
  GitUnreachable: 'The git server cannot be reached.',
  GitTimeout: 'The git server, or reading what it sent, took too long.',
  GitAuthenticationFailed: 'The git server does not accept the credentials.',
  GitCertificateUntrusted: 'The certificate of the git server is not signed by a known authority.',
  GitCertificateInvalid: 'The certificate of the git server cannot be verified.',
  GitRedirected: 'The git server redirects elsewhere; credentials are not sent there.',
  GitNotFound: 'There is no repository at the address.',
  GitBranchMissing: 'The repository has no such branch.',
  GitBranchInvalid: 'The name of the branch is not valid.',
  GitPathMissing: 'The repository has no such folder.',
  GitPathInvalid: 'The path inside the repository is not valid.',
  GitUrlInvalid: 'The address of the repository is not valid, or not allowed.',
  GitUnsupported: 'The repository uses something that is not supported.',
  GitSecretMissing: 'The Secret with the credentials is not there, or lacks a key.',
  GitProtocolInvalid: 'The server does not speak the protocol of git.',
  GitTooLarge: 'The repository is larger than the limits allow.',
  GitCorrupt: 'The repository is damaged.',
  GitReadFailed: 'The repository could not be read.',
  // Talking to Jenkins and to the API server
  InvalidJenkinsServer: 'The address of the Jenkins server is not valid, or not allowed.',
  JenkinsUnavailable: 'Jenkins cannot be asked at the moment.',
  JenkinsBusy: 'As many requests wait for Jenkins as may at a time.',
  JenkinsForbidden: 'Jenkins does not allow it.',
  Unreachable: 'The API server cannot be reached.',
  Unavailable: 'The API server cannot answer at the moment.',
  Interrupted: 'The call was ended before it was answered.',
  NotFound: 'The object is gone.',
  Refused: 'The API server refuses what was written.',
  StatusRefused: 'The API server refuses the status; the conditions alone were written.',
  Quarantined: 'An object in the cluster does not fit its type and is left alone.',
  InvalidName: 'A name is not valid in the cluster.',
  InvalidKubeconfig: 'The kubeconfig cannot be used.',
  // Gates
  NotSuspended: 'The environment is not suspended.',
  SourceSuspended: 'The ReleaseSource is suspended.',
  HoldUnreadable: 'A Hold does not fit its schema: nobody knows what it stops.',
  NotHeld: 'No Hold selects the environment.',
  NotInGit: 'The repository has not been read yet, or names the environment no more.',
  FirstDeployment: 'Nothing is recorded of the environment; an operator has to adopt what is there, or confirm.',
  Recorded: 'Something is recorded of the environment.',
  Allowed: 'The ReleaseSource allows first deployments.',
  Confirmed: 'An operator confirmed the first deployment of this version.',
  ReleaseUnknown: 'The product demands a Release document, and there is none for the version.',
  Known: 'The version has a Release document.',
  DescriptorUnread: 'The descriptor has not been read yet.',
  DescriptorUnavailable: 'The bucket cannot be read at the moment.',
  DescriptorMissing: 'There is no descriptor for the version.',
  DescriptorInvalid: 'The descriptor is not valid.',
  DescriptorChanged: 'The descriptor was changed after it was first seen.',
  Pinned: 'The descriptor was read and pinned.',
  Unchanged: 'The descriptor is the one that was first seen.',
  NotBefore: 'The master version file names a later time.',
  Due: 'The time that the master version file names has come.',
  ReleaseDigestUnknown: 'The release digest is not known yet.',
  NoUpstream: 'A stage that must come before has no environment.',
  NotVerifiedUpstream: 'The release is not verified in the stages before.',
  VerificationFailedUpstream: 'The last verification of the release failed in a stage before.',
  VerifiedUpstream: 'The release is verified in the stages before.',
  NotSoaking: 'The soak time starts once the release is verified.',
  Soaking: 'The release has not stood verified for long enough.',
  Soaked: 'The release has stood verified for long enough.',
  ChecklistOpen: 'What releases on the way demand before a deployment is not done here.',
  ChecklistUnknown: 'A Release document on the way is not valid, or not there: nobody knows what it demands.',
  ChecklistDone: 'What the releases on the way demand before a deployment is done here.',
  Irreversible: 'The way goes back over something that cannot be taken back.',
  Signed: 'The roles that the stage demands have signed.',
  SignoffMissing: 'A role that the stage demands has not signed what is asked for.',
  SignersMissing: 'Fewer people may sign as a role than have to.',
  RoleUnknown: 'No Roles document says who may sign as a role that the stage demands.',
  RolesInvalid: 'A Roles document that could say who may sign is not valid, or two contradict each other.',
  DigestUnknown: 'The digest that is to be signed is not known yet.',
  WindowOpen: 'No window keeps a deployment from starting.',
  Frozen: 'A window denies deployments at the moment.',
  OutsideWindow: 'Windows allow deployments at other times.',
  WindowTooShort: 'A deployment usually takes longer than the window stays open.',
  WindowInvalid: 'A window that could concern the environment is not valid: nobody knows what it was to say.',
  Exempt: 'The class of the release is exempt from the windows.',
  Overridden: 'A gate would hold it, and the documents say to pass it, for a reason.',
  ConcurrencyLimit: 'As many deployments are under way as are allowed.',
  ForeignBuild: 'A build that Towpath did not start deploys to the environment at the moment.',
  Free: 'There is room for another deployment.',
  // Phases, as reasons of the conditions of a DeploymentRun
  Pending: 'The run is recorded; Jenkins has not been asked.',
  Triggering: 'Jenkins was asked; where the build is is not known yet.',
  Queued: 'The build is in the queue of Jenkins.',
  Running: 'The build runs.',
  Unknown: 'Nobody can know whether the build ran or how it ended.',
  Succeeded: 'Deployed and verified.',
  Failed: 'The build failed.',
  Aborted: 'The build was aborted or cancelled in Jenkins.',
  TimedOut: 'The build took too long and was stopped.',
  Superseded: 'Git moved on before Jenkins had started it.',
  // Events
  SourceUpdated: 'A new commit was read.',
  ValidationFailed: 'Documents are not valid.',
  GateClosed: 'A gate holds the deployment back.',
  GateOpened: 'Nothing holds the deployment back any more.',
  DeploymentStarted: 'Jenkins started the build.',
  DeploymentSucceeded: 'The run succeeded.',
  DeploymentSuperseded: 'The run was dropped: git moved on.',
  DeploymentAdopted: 'An operator said what runs there; it is recorded.',
  FirstDeploymentWaiting: 'The first deployment waits for an operator.',
  DriftDetected: 'Observed and recorded state differ.',
  DriftResolved: 'Observed and recorded state agree again.',
  Resumed: 'The environment is not suspended any more.',
  DuplicateRefused: 'A build found the run claimed by another build and ended without effect; the other build is followed.',
  ClaimMissing: 'A build succeeded without having claimed its run, although the product says that its job does.',
  JobRefused: 'The job cannot be asked as it is; the message says what to change in Jenkins.',
  RepeatedBuild: 'Jenkins ran a deployment a second time; the second build was asked to stop.',
} as const;

export type Reason = keyof typeof reasons;

/** docs/reasons.md. */
export function reasonsPage(): string {
  const rows = Object.entries(reasons)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`);
  return `<!-- Generated by \`npm run generate\` from controller/core/reasons.ts. Do not edit. -->

# Reasons

The words in the column STATUS, in conditions, gates and events. They are API: added, never renamed.

| reason | meaning |
| --- | --- |
${rows.join('\n')}
`;
}

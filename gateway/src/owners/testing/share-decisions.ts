/**
 * Who may have what of the contract, decided by hand: each field of each type, by what a third party
 * needs for it. Nothing here is read from the contract. A new field is refused by the tests until
 * somebody writes down whether third parties may have it, and by which scope.
 *
 * Long, because every field stands in it. A record's connection and its edges stand with the record; what the net fills stands nowhere.
 */

/** What it takes to have a field. */
export interface Need {
  readonly attribute: string;
  readonly scope: string;
}

/** The decision on a field; one that nobody has decided on is an error. */
export function decisionOn(typeName: string, fieldName: string): Need {
  const carried = /^(\w+)(?:Connection|Edge)$/.exec(typeName)?.[1];
  const groups = Object.entries(decisions[carried ?? typeName] ?? {});
  const found = carried
    ? groups[0]
    : groups.find(([, names]) => names.split(' ').includes(fieldName));
  const [attribute, scope] = found?.[0].split(' ') ?? [];
  if (attribute !== undefined && scope !== undefined) return { attribute, scope };
  throw new Error(
    `Nobody has decided whether third parties may have ${typeName}.${fieldName}: do so in share-decisions.ts.`,
  );
}

/** `<attribute> <scope>`, and the names of the fields that need it. */
export const decisions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Platform: {
    'UNCONDITIONAL core:read': 'code sealingKey',
    'NOT_SHARED core:read': 'eventTotals',
    'UNCONDITIONAL organizations:read': 'organizations stations',
    'CONDITIONAL requests:read': 'serviceRequests',
    'CONDITIONAL members:read': 'members joinCodes',
    'UNCONDITIONAL content:read': 'articles mediaChannels',
    'NOT_SHARED supervision:read': 'supervisions',
    'CONDITIONAL cards:read': 'cards cardClaims',
    'UNCONDITIONAL cards:read': 'merchants cardKinds',
    'CONDITIONAL aid:read': 'hardshipWorkers aidFunds aidGrants cadrePairings',
    'UNCONDITIONAL aid:read': 'aidProgrammes',
    'NOT_SHARED matching:read': 'matchRuns',
    'UNCONDITIONAL matching:read': 'departments',
    'CONDITIONAL corrections:read': 'dataCorrections',
  },
  EventTotal: {
    'NOT_SHARED core:read': 'type events count throughSequence',
  },
  Division: {
    'UNCONDITIONAL core:read': 'code',
    'UNCONDITIONAL organizations:read': 'organizations stations',
    'CONDITIONAL requests:read': 'serviceRequests',
    'CONDITIONAL members:read': 'members joinCodes',
    'UNCONDITIONAL content:read': 'articles',
    'NOT_SHARED supervision:read': 'supervisions',
    'CONDITIONAL cards:read': 'cards cardClaims',
    'UNCONDITIONAL cards:read': 'merchants',
    'CONDITIONAL aid:read': 'hardshipWorkers aidFunds aidGrants cadrePairings',
    'UNCONDITIONAL aid:read': 'aidProgrammes',
    'NOT_SHARED matching:read': 'matchRuns',
    'CONDITIONAL corrections:read': 'dataCorrections',
  },
  DepartmentCheck: {
    'NOT_SHARED core:read': 'department question outcome at',
  },
  Query: {
    'UNCONDITIONAL organizations:read': 'organization organizations station stations',
    'CONDITIONAL requests:read': 'serviceRequest serviceRequests',
    'CONDITIONAL members:read': 'member members joinCode joinCodes',
    'UNCONDITIONAL content:read': 'article articles',
    'NOT_SHARED supervision:read': 'supervision supervisions',
    'CONDITIONAL cards:read': 'card cards cardClaim cardClaims',
    'UNCONDITIONAL cards:read': 'merchant merchants',
    'CONDITIONAL aid:read':
      'hardshipWorker hardshipWorkers aidFund aidFunds aidGrant aidGrants cadrePairing cadrePairings',
    'UNCONDITIONAL aid:read': 'aidProgramme aidProgrammes',
    'NOT_SHARED matching:read': 'matchRun matchRuns',
    'CONDITIONAL matching:lookup': 'personMatches',
    'CONDITIONAL corrections:read': 'dataCorrection dataCorrections',
  },
  Mutation: {
    'CONDITIONAL requests:write':
      'submitServiceRequest verifyServiceRequest dispatchServiceRequest acceptServiceRequest resolveServiceRequest rejectServiceRequest addServiceRequestFeedback rateServiceRequest reopenServiceRequest superviseServiceRequest remindServiceRequest escalateServiceRequest',
    'CONDITIONAL members:write':
      'applyForMembership acceptMember refuseMember leaveUnion addFamilyMember removeFamilyMember issueJoinCode revokeJoinCode',
    'CONDITIONAL content:write':
      'publishArticle recordArticleRead shareArticle likeArticle commentOnArticle followChannel',
    'CONDITIONAL supervision:write':
      'askSupervision answerSupervision returnSupervision closeSupervision',
    'CONDITIONAL transfers:write':
      'offerTransfer acceptTransfer declineTransfer completeTransfer withdrawTransfer',
    'CONDITIONAL cards:write':
      'issueCard useCard reportCardLost replaceCard cancelCard addMerchant closeMerchant submitCardClaim approveCardClaim payCardClaim rejectCardClaim',
    'CONDITIONAL aid:write':
      'applyForHardshipFile registerHardshipWorker refuseHardshipWorker closeHardshipFile openAidFund creditAidFund startAidProgramme endAidProgramme applyForAid approveAidGrant payAidGrant rejectAidGrant returnAidGrant completeAidGrant pairCadre endCadrePairing',
    'CONDITIONAL matching:write': 'compareList askDepartment verifyMember verifyHardshipWorker',
    'CONDITIONAL corrections:write':
      'fileDataDoubt returnData confirmDataCorrection rejectDataCorrection',
  },
  Organization: {
    'UNCONDITIONAL organizations:read':
      'id platformCode name kind level placeCode parentId foundedAt updatedAt chairName commitment stations',
    'CONDITIONAL requests:read': 'serviceRequests',
    'CONDITIONAL members:read': 'members',
  },
  Station: {
    'UNCONDITIONAL organizations:read':
      'id platformCode name placeCode organizationId latitude longitude distanceMetres updatedAt address openingHours',
  },
  ServiceRequest: {
    'CONDITIONAL requests:read':
      'id platformCode title category channel status placeCode submittedAt updatedAt organizationId transferredToId dueAt resolvedAt overdue handler supervised reopenedCount rating maskedApplicantName maskedApplicantPhone feedbackCount overdueAt remindedAt remindedCount escalationLevel history',
    'CONDITIONAL requests:personal': 'applicantName applicantPhone description',
  },
  RequestStatusStep: {
    'CONDITIONAL requests:read': 'at actorKind from to',
  },
  RequestFeedbackStep: {
    'CONDITIONAL requests:read': 'at actorKind',
    'CONDITIONAL requests:personal': 'text',
  },
  RequestRatingStep: {
    'CONDITIONAL requests:read': 'at actorKind rating',
  },
  RequestSupervisionStep: {
    'NOT_SHARED requests:read': 'at actorKind',
  },
  RequestReminderStep: {
    'CONDITIONAL requests:read': 'at actorKind',
  },
  RequestOverdueStep: {
    'CONDITIONAL requests:read': 'at actorKind',
  },
  RequestEscalationStep: {
    'CONDITIONAL requests:read': 'at actorKind level',
  },
  RequestTransferStep: {
    'CONDITIONAL requests:read': 'at actorKind fromPlatform',
  },
  ServiceRequestPayload: {
    'CONDITIONAL requests:read': 'serviceRequest',
  },
  Member: {
    'CONDITIONAL members:read':
      'id platformCode appliedAt updatedAt status kind channel placeCode organizationId transferredToId joinedAt maskedName maskedPhone maskedIdentityNumber joinCodeId employerSize family',
    'CONDITIONAL members:personal': 'name phone identityNumber',
    'NOT_SHARED members:read': 'checks',
  },
  FamilyMember: {
    'CONDITIONAL members:read': 'key relation maskedName',
    'CONDITIONAL members:personal': 'name',
  },
  MemberPayload: {
    'CONDITIONAL members:read': 'member',
  },
  JoinCode: {
    'CONDITIONAL members:read':
      'id platformCode issuedAt updatedAt status placeCode organizationId content svg validUntil applicationCount',
  },
  JoinCodePayload: {
    'CONDITIONAL members:read': 'joinCode',
  },
  Article: {
    'UNCONDITIONAL content:read':
      'id platformCode publishedAt updatedAt readCount title column summary placeCode organizationId shareCount likeCount commentCount',
    'CONDITIONAL content:read': 'comments',
  },
  Comment: {
    'CONDITIONAL content:read': 'id at text maskedAuthor',
  },
  MediaChannel: {
    'UNCONDITIONAL content:read': 'id name channel followerCount',
  },
  ArticlePayload: {
    'UNCONDITIONAL content:read': 'article',
  },
  MediaChannelPayload: {
    'UNCONDITIONAL content:read': 'mediaChannel',
  },
  Supervision: {
    'NOT_SHARED supervision:read':
      'id platformCode askedAt updatedAt status subject office requestId metric periodFrom periodTo value placeCode question dueAt answer result answeredAt closedAt overdue returnedCount',
  },
  SupervisionPayload: {
    'NOT_SHARED supervision:read': 'supervision',
  },
  TransferPart: {
    'NOT_SHARED transfers:read': 'id state kind recordId sealed',
  },
  TransferPayload: {
    'NOT_SHARED transfers:read': 'transfer',
  },
  CardKind: {
    'UNCONDITIONAL cards:read': 'code name functions',
  },
  Card: {
    'CONDITIONAL cards:read':
      'id platformCode issuedAt updatedAt status kind functions memberId placeCode organizationId replacedById firstUsedAt lastUsedAt useCount discountFen maskedHolderName maskedNumber',
    'CONDITIONAL cards:personal': 'holderName number',
  },
  CardUse: {
    'CONDITIONAL cards:read': 'id at function merchantId amountFen discountFen',
  },
  CardPayload: {
    'CONDITIONAL cards:read': 'card',
  },
  CardUsePayload: {
    'CONDITIONAL cards:read': 'use card',
  },
  Merchant: {
    'UNCONDITIONAL cards:read':
      'id platformCode name updatedAt status placeCode category discountPercent',
  },
  MerchantPayload: {
    'UNCONDITIONAL cards:read': 'merchant',
  },
  CardClaim: {
    'CONDITIONAL cards:read':
      'id platformCode submittedAt updatedAt status kind cardId placeCode claimedFen approvedFen paidFen decidedAt paidAt',
    'CONDITIONAL cards:personal': 'description',
  },
  CardClaimPayload: {
    'CONDITIONAL cards:read': 'cardClaim',
  },
  HardshipWorker: {
    'CONDITIONAL aid:read':
      'id platformCode appliedAt updatedAt status causes channel placeCode organizationId memberId registeredAt closedAt pairingCount grantCount grantedFen maskedName maskedPhone maskedIdentityNumber',
    'NOT_SHARED aid:read': 'checks',
    'CONDITIONAL aid:personal': 'name phone identityNumber householdSize monthlyIncomeFen',
  },
  HardshipWorkerPayload: {
    'CONDITIONAL aid:read': 'hardshipWorker',
  },
  AidFund: {
    'CONDITIONAL aid:read':
      'id platformCode name updatedAt status placeCode creditedFen availableFen reservedFen paidFen entries',
  },
  AidEntry: {
    'CONDITIONAL aid:read': 'at from to amountFen',
  },
  AidFundPayload: {
    'CONDITIONAL aid:read': 'aidFund',
  },
  AidProgramme: {
    'UNCONDITIONAL aid:read':
      'id platformCode name updatedAt status form placeCode fundId startedAt endedAt grantCount',
  },
  AidProgrammePayload: {
    'UNCONDITIONAL aid:read': 'aidProgramme',
  },
  AidGrant: {
    'CONDITIONAL aid:read':
      'id platformCode appliedAt updatedAt status form channel placeCode programmeId fundId hardshipWorkerId requestedFen amountFen approvedAt givenAt maskedName maskedPhone',
    'CONDITIONAL aid:personal': 'name phone reason',
  },
  AidGrantPayload: {
    'CONDITIONAL aid:read': 'aidGrant',
  },
  CadrePairing: {
    'CONDITIONAL aid:read':
      'id platformCode pairedAt updatedAt status placeCode hardshipWorkerId endedAt maskedCadreName',
    'CONDITIONAL aid:personal': 'cadreName',
  },
  CadrePairingPayload: {
    'CONDITIONAL aid:read': 'cadrePairing',
  },
  Department: {
    'UNCONDITIONAL matching:read': 'code name questions',
  },
  MatchRun: {
    'NOT_SHARED matching:read':
      'id platformCode startedAt updatedAt status direction subject department client question placeCode asked matched endedAt',
  },
  ListComparison: {
    'CONDITIONAL matching:read': 'id matched',
    'NOT_SHARED matching:read': 'run',
  },
  ComparePayload: {
    'CONDITIONAL matching:read': 'comparison',
  },
  MatchRunPayload: {
    'NOT_SHARED matching:read': 'matchRun',
  },
  PersonMatch: {
    'CONDITIONAL matching:lookup': 'id platformCode hash',
    'CONDITIONAL members:read': 'memberId',
    'CONDITIONAL aid:read': 'hardshipWorkerId',
  },
  DataCorrection: {
    'CONDITIONAL corrections:read':
      'id platformCode filedAt updatedAt status kind client recordId recordType field topic placeCode dueAt overdue answer answeredAt',
    'CONDITIONAL corrections:personal': 'text validFrom',
  },
  DataCorrectionPayload: {
    'CONDITIONAL corrections:read': 'dataCorrection',
  },
};

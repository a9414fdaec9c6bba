using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Deliverability;

/// <summary>The scope of each of Deliverability's methods.</summary>
public static class DeliverabilityScopes
{
    private const string Addresses = "/contactplatform.deliverability.v1.AddressService/";
    private const string Sendability = "/contactplatform.deliverability.v1.SendabilityService/";
    private const string Suppressions = "/contactplatform.deliverability.v1.SuppressionService/";
    private const string Events = "/contactplatform.deliverability.v1.DeliveryEventService/";
    private const string Classification = "/contactplatform.deliverability.v1.ClassificationService/";
    private const string Webhooks = "/contactplatform.deliverability.v1.ProviderWebhookService/";
    private const string Transmissions = "/contactplatform.deliverability.v1.TransmissionService/";
    private const string Messages = "/contactplatform.deliverability.v1.MessageService/";
    private const string OutWebhooks = "/contactplatform.deliverability.v1.WebhookService/";
    private const string WebhookDeliveries = "/contactplatform.deliverability.v1.WebhookDeliveryService/";
    private const string Validations = "/contactplatform.deliverability.v1.AddressValidationService/";
    private const string Credits = "/contactplatform.deliverability.v1.ValidationCreditService/";
    private const string Templates = "/contactplatform.deliverability.v1.MailTemplateService/";
    private const string Changes = "/contactplatform.deliverability.v1.ChangesService/";

    /// <summary>The table.</summary>
    public static readonly ScopeTable Table = new(new Dictionary<string, string>
    {
        [Addresses + "GetAddress"] = Scopes.DeliverabilityRead,
        [Addresses + "ClearFact"] = Scopes.DeliverabilityClear,
        [Sendability + "CheckSendable"] = Scopes.DeliverabilityRead,
        [Sendability + "ExplainSendability"] = Scopes.DeliverabilityRead,
        [Suppressions + "AddSuppression"] = Scopes.DeliverabilityWrite,
        [Suppressions + "UploadSuppressions"] = Scopes.DeliverabilityWrite,
        [Suppressions + "RemoveSuppression"] = Scopes.DeliverabilityClear,
        [Suppressions + "ListSuppressions"] = Scopes.DeliverabilityRead,
        [Events + "IngestEvents"] = Scopes.DeliverabilityWrite,
        [Events + "IngestMailReport"] = Scopes.DeliverabilityWrite,
        [Events + "ListDeliveryEvents"] = Scopes.DeliverabilityRead,
        [Classification + "ClassifyDiagnostic"] = Scopes.DeliverabilityRead,
        [Classification + "ListClassificationRules"] = Scopes.DeliverabilityRead,
        [Classification + "ReplayClassification"] = Scopes.DeliverabilityWrite,
        [Classification + "UndoClassificationReplay"] = Scopes.DeliverabilityWrite,
        [Classification + "GetClassificationReplay"] = Scopes.DeliverabilityRead,
        [Classification + "ListClassificationReplays"] = Scopes.DeliverabilityRead,
        [Classification + "CancelClassificationReplay"] = Scopes.DeliverabilityWrite,
        [Classification + "WatchClassificationReplay"] = Scopes.DeliverabilityRead,
        // Whoever enters a key decides whose events are believed.
        [Webhooks + "CreateProviderWebhook"] = Scopes.AccessAdmin,
        [Webhooks + "ListProviderWebhooks"] = Scopes.AccessAdmin,
        [Webhooks + "DeleteProviderWebhook"] = Scopes.AccessAdmin,
        [Transmissions + "CreateTransmission"] = Scopes.DeliverabilitySend,
        [Transmissions + "GetTransmission"] = Scopes.DeliverabilityRead,
        [Transmissions + "ListTransmissions"] = Scopes.DeliverabilityRead,
        [Transmissions + "CancelTransmission"] = Scopes.DeliverabilitySend,
        [Transmissions + "WatchTransmission"] = Scopes.DeliverabilityRead,
        [Templates + "CreateMailTemplate"] = Scopes.DeliverabilityWrite,
        [Templates + "GetMailTemplate"] = Scopes.DeliverabilityRead,
        [Templates + "ListMailTemplates"] = Scopes.DeliverabilityRead,
        [Templates + "UpdateMailTemplate"] = Scopes.DeliverabilityWrite,
        [Templates + "DeleteMailTemplate"] = Scopes.DeliverabilityWrite,
        [Messages + "GetMessage"] = Scopes.DeliverabilityRead,
        [Messages + "ListMessages"] = Scopes.DeliverabilityRead,
        [Messages + "CancelMessage"] = Scopes.DeliverabilitySend,
        // Whoever makes a webhook takes all that happens out of the account.
        [OutWebhooks + "CreateWebhook"] = Scopes.AccessAdmin,
        [OutWebhooks + "GetWebhook"] = Scopes.AccessAdmin,
        [OutWebhooks + "ListWebhooks"] = Scopes.AccessAdmin,
        [OutWebhooks + "UpdateWebhook"] = Scopes.AccessAdmin,
        [OutWebhooks + "DeleteWebhook"] = Scopes.AccessAdmin,
        [OutWebhooks + "RotateWebhookSecret"] = Scopes.AccessAdmin,
        [OutWebhooks + "SendTestEvent"] = Scopes.AccessAdmin,
        [OutWebhooks + "CallWebhook"] = Scopes.DeliverabilitySend,
        [WebhookDeliveries + "ListWebhookDeliveries"] = Scopes.AccessAdmin,
        [WebhookDeliveries + "GetWebhookDelivery"] = Scopes.AccessAdmin,
        [WebhookDeliveries + "ReplayWebhookDeliveries"] = Scopes.AccessAdmin,
        [Validations + "CreateAddressValidation"] = Scopes.DeliverabilityWrite,
        [Validations + "UploadAddressValidation"] = Scopes.DeliverabilityWrite,
        [Validations + "GetAddressValidation"] = Scopes.DeliverabilityRead,
        [Validations + "ListAddressValidations"] = Scopes.DeliverabilityRead,
        [Validations + "CancelAddressValidation"] = Scopes.DeliverabilityWrite,
        [Validations + "WatchAddressValidation"] = Scopes.DeliverabilityRead,
        [Validations + "ListAddressResults"] = Scopes.DeliverabilityRead,
        [Validations + "DownloadAddressResults"] = Scopes.DeliverabilityRead,
        [Credits + "GrantValidationCredits"] = Scopes.CreditsGrant,
        [Credits + "GetValidationCredits"] = Scopes.DeliverabilityRead,
        [Credits + "ListValidationCreditEntries"] = Scopes.DeliverabilityRead,
        [Changes + "StreamChanges"] = Scopes.ChangesRead,
        [Changes + "GetBacklog"] = Scopes.ChangesRead,
    });
}

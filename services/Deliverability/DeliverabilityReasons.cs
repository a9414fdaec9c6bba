using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Deliverability;

/// <summary>The reasons of contactplatform.deliverability.v1.ErrorReason with the codes they travel under.</summary>
public static class DeliverabilityReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/deliverability/v1/error_reason.proto.
    public static readonly Reason ContactNotFound = new("CONTACT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason SuppressionNotFound = new("SUPPRESSION_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason FactDoesNotHold = new("FACT_DOES_NOT_HOLD", StatusCode.FailedPrecondition);
    public static readonly Reason MailReportInvalid = new("MAIL_REPORT_INVALID", StatusCode.InvalidArgument);
    public static readonly Reason ReplayNotUndoable = new("REPLAY_NOT_UNDOABLE", StatusCode.FailedPrecondition);
    public static readonly Reason ProviderWebhookNotFound = new("PROVIDER_WEBHOOK_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ProviderWebhookLimit = new("PROVIDER_WEBHOOK_LIMIT", StatusCode.ResourceExhausted);
    public static readonly Reason ProviderSecretsNotConfigured = new("PROVIDER_SECRETS_NOT_CONFIGURED", StatusCode.FailedPrecondition);
    public static readonly Reason TransmissionNotFound = new("TRANSMISSION_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason MessageNotFound = new("MESSAGE_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason VariableMissing = new("VARIABLE_MISSING", StatusCode.FailedPrecondition);
    public static readonly Reason ContactWithoutEmail = new("CONTACT_WITHOUT_EMAIL", StatusCode.FailedPrecondition);
    public static readonly Reason MessageNotQueued = new("MESSAGE_NOT_QUEUED", StatusCode.FailedPrecondition);
    public static readonly Reason TransmissionComplete = new("TRANSMISSION_COMPLETE", StatusCode.FailedPrecondition);
    public static readonly Reason WebhookNotFound = new("WEBHOOK_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason WebhookLimit = new("WEBHOOK_LIMIT", StatusCode.ResourceExhausted);
    public static readonly Reason WebhookSecretsNotConfigured = new("WEBHOOK_SECRETS_NOT_CONFIGURED", StatusCode.FailedPrecondition);
    public static readonly Reason WebhookDisabled = new("WEBHOOK_DISABLED", StatusCode.FailedPrecondition);
    public static readonly Reason WebhookDeliveryNotFound = new("WEBHOOK_DELIVERY_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason CreditsInsufficient = new("CREDITS_INSUFFICIENT", StatusCode.FailedPrecondition);
    public static readonly Reason MailTemplateNotFound = new("MAIL_TEMPLATE_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason MailTemplateExists = new("MAIL_TEMPLATE_EXISTS", StatusCode.AlreadyExists);
#pragma warning restore CS1591
}

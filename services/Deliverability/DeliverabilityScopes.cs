using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Deliverability;

/// <summary>The scope of each of Deliverability's methods.</summary>
public static class DeliverabilityScopes
{
    private const string Addresses = "/contactplatform.deliverability.v1.AddressService/";
    private const string Sendability = "/contactplatform.deliverability.v1.SendabilityService/";
    private const string Suppressions = "/contactplatform.deliverability.v1.SuppressionService/";
    private const string Transmissions = "/contactplatform.deliverability.v1.TransmissionService/";
    private const string Messages = "/contactplatform.deliverability.v1.MessageService/";
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
        [Transmissions + "CreateTransmission"] = Scopes.DeliverabilitySend,
        [Transmissions + "GetTransmission"] = Scopes.DeliverabilityRead,
        [Transmissions + "ListTransmissions"] = Scopes.DeliverabilityRead,
        [Transmissions + "CancelTransmission"] = Scopes.DeliverabilitySend,
        [Transmissions + "WatchTransmission"] = Scopes.DeliverabilityRead,
        [Messages + "GetMessage"] = Scopes.DeliverabilityRead,
        [Messages + "ListMessages"] = Scopes.DeliverabilityRead,
        [Messages + "CancelMessage"] = Scopes.DeliverabilitySend,
        [Changes + "StreamChanges"] = Scopes.ChangesRead,
        [Changes + "GetBacklog"] = Scopes.ChangesRead,
    });
}

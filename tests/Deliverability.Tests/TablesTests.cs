using System.Reflection;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.Reflection;

namespace ContactPlatform.Deliverability.Tests;

/// <summary>The literal tables name what the contract names, no more and no less.</summary>
public sealed class TablesTests
{
    /// <summary>The files of the contract that have methods.</summary>
    public static readonly FileDescriptor[] Files =
    [
        AddressReflection.Descriptor, SendabilityReflection.Descriptor, SuppressionReflection.Descriptor, DeliveryEventReflection.Descriptor,
        ClassificationReflection.Descriptor, ProviderWebhookReflection.Descriptor, ChangesReflection.Descriptor,
        TransmissionReflection.Descriptor, MessageReflection.Descriptor, MailTemplateReflection.Descriptor,
        WebhookReflection.Descriptor, WebhookDeliveryReflection.Descriptor, AddressValidationReflection.Descriptor, ValidationCreditReflection.Descriptor,
    ];

    [Fact]
    public void Every_method_has_a_scope() =>
        DeliverabilityScopes.Table.Required.Keys.ShouldBe(Files.SelectMany(f => f.Services).SelectMany(s => s.Methods).Select(m => $"/{m.Service.FullName}/{m.Name}"), ignoreOrder: true);

    [Fact]
    public void What_only_reads_asks_for_less_than_what_writes_and_what_leads_back_for_more() =>
        DeliverabilityScopes.Table.Required.ShouldAllBe(entry => entry.Value == Expected(entry.Key));

    [Fact]
    public void Every_reason_of_the_contract_is_in_the_table() =>
        typeof(DeliverabilityReasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => ((Reason)f.GetValue(null)!).Name)
            .ShouldBe(ErrorReasonReflection.Descriptor.EnumTypes[0].Values.Where(v => v.Number > 0).Select(v => v.Name["ERROR_REASON_".Length..]), ignoreOrder: true);

    [Fact]
    public void Every_kind_of_fact_has_a_column()
    {
        var kinds = Enum.GetValues<FactKind>().Where(k => k != FactKind.Unspecified).Order().ToList();
        kinds.ShouldBe(Enumerable.Range(1, AddressFacts.Columns.Count).Select(i => (FactKind)i));
        // A row with the year of each kind's number has each time where its kind is looked for.
        var row = new AddressRow
        {
            Address = "", ComplaintTime = Year(1), NotSpamTime = Year(2), UnsubscribedTime = Year(3), ResubscribedTime = Year(4), ContactUnsubscribedTime = Year(5),
            ContactResubscribedTime = Year(6), SuppressedTime = Year(7), SuppressionRemovedTime = Year(8), DoesNotExistTime = Year(9), DoesNotExistClearedTime = Year(10),
            MailboxFullTime = Year(11), UnavailableTime = Year(12), DeliveredTime = Year(13), LastSentTime = Year(14), LastOpenedTime = Year(15), LastClickedTime = Year(16),
            MachineOpenedTime = Year(17), MachineClickedTime = Year(18), FirstDeliveredTime = Year(19),
        };
        kinds.Select(kind => row.Facts[kind]).ShouldBe(kinds.Select(kind => (DateTime?)Year((int)kind)));

        static DateTime Year(int year) => new(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    }

    private static string Expected(string method) => method[(method.LastIndexOf('/') + 1)..] switch
    {
        "StreamChanges" or "GetBacklog" => Scopes.ChangesRead,
        "CallWebhook" => Scopes.DeliverabilitySend,
        var name when name.Contains("Webhook", StringComparison.Ordinal) || name == "SendTestEvent" => Scopes.AccessAdmin,
        "GrantValidationCredits" => Scopes.CreditsGrant,
        "DownloadAddressResults" => Scopes.DeliverabilityRead,
        "ClearFact" or "RemoveSuppression" => Scopes.DeliverabilityClear,
        "CreateTransmission" or "CancelTransmission" or "CancelMessage" => Scopes.DeliverabilitySend,
        var name when new[] { "Get", "List", "Check", "Explain", "Watch", "Classify" }.Any(verb => name.StartsWith(verb, StringComparison.Ordinal)) => Scopes.DeliverabilityRead,
        _ => Scopes.DeliverabilityWrite,
    };
}

using System.Reflection;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.Reflection;

namespace ContactPlatform.Sequences.Tests;

/// <summary>The literal tables name what the contract names, no more and no less.</summary>
public sealed class TablesTests
{
    /// <summary>The files of the contract that have methods.</summary>
    public static readonly FileDescriptor[] Files = [SequenceReflection.Descriptor, EnrollmentReflection.Descriptor, StatusMatrixReflection.Descriptor, EnrollmentRunReflection.Descriptor, ReplyReflection.Descriptor, ReplyWebhookReflection.Descriptor, TaskReflection.Descriptor, SequenceStatisticsReflection.Descriptor, ConsistencyReflection.Descriptor, LeadScoreRuleReflection.Descriptor, AutomationReflection.Descriptor, ChangesReflection.Descriptor];

    [Fact]
    public void Every_method_has_a_scope() =>
        SequencesScopes.Table.Required.Keys.ShouldBe(Files.SelectMany(f => f.Services).SelectMany(s => s.Methods).Select(m => $"/{m.Service.FullName}/{m.Name}"), ignoreOrder: true);

    [Fact]
    public void What_only_reads_asks_for_less_than_what_writes() =>
        SequencesScopes.Table.Required.ShouldAllBe(entry => entry.Value == Expected(entry.Key));

    [Fact]
    public void Every_reason_of_the_contract_is_in_the_table() =>
        typeof(SequencesReasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => ((Reason)f.GetValue(null)!).Name)
            .ShouldBe(ErrorReasonReflection.Descriptor.EnumTypes[0].Values.Where(v => v.Number > 0).Select(v => v.Name["ERROR_REASON_".Length..]), ignoreOrder: true);

    private static string Expected(string method) => method[(method.LastIndexOf('/') + 1)..] switch
    {
        "StreamChanges" or "GetBacklog" => Scopes.ChangesRead,
        var name when name.Contains("Webhook", StringComparison.Ordinal) => Scopes.AccessAdmin,
        var name when new[] { "Get", "List", "Check", "Preview", "Watch", "DryRun" }.Any(verb => name.StartsWith(verb, StringComparison.Ordinal)) => Scopes.SequencesRead,
        _ => Scopes.SequencesWrite,
    };
}

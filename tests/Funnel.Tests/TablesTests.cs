using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.Reflection;
using System.Reflection;

namespace ContactPlatform.Funnel.Tests;

/// <summary>The literal tables name what the contract names, no more and no less.</summary>
public sealed class TablesTests
{
    /// <summary>The files of the contract that have methods.</summary>
    public static readonly FileDescriptor[] Files =
    [
        StageReflection.Descriptor, LabelRuleReflection.Descriptor, LabelRulePreviewReflection.Descriptor, LabelRuleUndoReflection.Descriptor,
        FunnelReportReflection.Descriptor, ChangesReflection.Descriptor,
    ];

    [Fact]
    public void Every_method_has_a_scope() =>
        FunnelScopes.Table.Required.Keys.ShouldBe(Files.SelectMany(f => f.Services).SelectMany(s => s.Methods).Select(m => $"/{m.Service.FullName}/{m.Name}"), ignoreOrder: true);

    [Fact]
    public void What_only_reads_asks_for_less_than_what_writes() =>
        FunnelScopes.Table.Required.ShouldAllBe(entry => entry.Value == Expected(entry.Key));

    [Fact]
    public void Every_reason_of_the_contract_is_in_the_table() =>
        typeof(FunnelReasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => ((Reason)f.GetValue(null)!).Name)
            .ShouldBe(ErrorReasonReflection.Descriptor.EnumTypes[0].Values.Where(v => v.Number > 0).Select(v => v.Name["ERROR_REASON_".Length..]), ignoreOrder: true);

    private static string Expected(string method) => method[(method.LastIndexOf('/') + 1)..] switch
    {
        "StreamChanges" or "GetBacklog" => Scopes.ChangesRead,
        var name when new[] { "Get", "BatchGet", "List", "Watch", "Preview" }.Any(verb => name.StartsWith(verb, StringComparison.Ordinal)) => Scopes.FunnelRead,
        _ => Scopes.FunnelWrite,
    };
}

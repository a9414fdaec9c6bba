using System.Text.RegularExpressions;
using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Tests.Errors;

/// <summary>The reasons that all services share, as their contract has them.</summary>
public sealed partial class CommonReasonsTests
{
    [Fact]
    public void Every_common_reason_is_in_the_contract_and_the_other_way_round()
    {
        var reasons = typeof(CommonReasons).GetFields().Select(f => ((Reason)f.GetValue(null)!).Name).Order();
        var contract = ErrorReasonReflection.Descriptor.EnumTypes.Single().Values.Where(v => v.Number != 0)
            .Select(v => v.Name["ERROR_REASON_".Length..]).Order();
        reasons.ShouldBe(contract);
    }

    [Fact]
    public void Every_common_reason_has_the_code_that_its_documentation_names()
    {
        // "  // UNAVAILABLE: a bulk operation holds ..." above "ERROR_REASON_LOCK_BUSY = 8;".
        var proto = File.ReadAllText(Path.Combine(LocalTools.RepoRoot.Path, "protos/contactplatform/common/v1/error_reason.proto"));
        var codes = ReasonBlock().Matches(proto).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["code"].Value.Replace("_", "", StringComparison.Ordinal));
        foreach (var reason in typeof(CommonReasons).GetFields().Select(f => (Reason)f.GetValue(null)!))
        {
            codes[reason.Name].ShouldBe(reason.Code.ToString().ToUpperInvariant(), reason.Name);
        }
    }

    [GeneratedRegex(@"// (?<code>[A-Z_]+): (?:(?!\bERROR_REASON_).)*?ERROR_REASON_(?<name>[A-Z_]+) = ", RegexOptions.Singleline)]
    private static partial Regex ReasonBlock();
}

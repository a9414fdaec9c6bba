using System.Text.Json;

namespace ContactPlatform.ServiceDefaults.Requests;

/// <summary>The words of enumerations as callers, files and webhooks have them.</summary>
public static class EnumWord
{
    /// <summary>`LOYAL_CUSTOMER` for <c>FunnelStage.LoyalCustomer</c>: the name in the contracts without the enumeration's own.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}

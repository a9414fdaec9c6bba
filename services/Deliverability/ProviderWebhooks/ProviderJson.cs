using System.Globalization;
using System.Text.Json;
using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Reads values of providers' JSON, whatever is there instead.</summary>
internal static class ProviderJson
{
    /// <summary>Nobody's format nests deeper.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <summary>Reads a body; null when it is no JSON.</summary>
    internal static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static JsonElement Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A text or a number as text; empty for everything else, also for a text that is no Unicode.</summary>
    internal static string Text(this JsonElement element, string name, int maximum)
    {
        var value = element.Get(name);
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => EventText.Clean(value.GetString(), maximum),
                JsonValueKind.Number => EventText.Clean(value.GetRawText(), maximum),
                _ => "",
            };
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair, which JSON can write and .NET cannot hold.
            return "";
        }
    }

    /// <summary>True for true, and for texts and numbers that say something.</summary>
    internal static bool Says(this JsonElement element, string name) => element.Get(name).ValueKind == JsonValueKind.True || element.Text(name, 40) is not ("" or "0" or "false");

    /// <summary>Seconds since 1970, with or without a fraction; null when it is none.</summary>
    internal static DateTime? Time(this JsonElement element, string name) =>
        decimal.TryParse(element.Text(name, 30), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800m
            ? DateTime.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond)) : null;

    /// <summary>A positive id; 0 for everything else.</summary>
    internal static long Id(this JsonElement element, string name) =>
        long.TryParse(element.Text(name, 30), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>An enhanced status code; empty for everything else.</summary>
    internal static string Code(this JsonElement element, string name) => EnhancedCode.TryParse(element.Text(name, EventLimits.Status + 1), out var code) ? code.ToString() : "";

    internal static string Reference(this JsonElement element, string name) => MailIds.Bare(element.Text(name, EventLimits.Reference + 2));

    /// <summary>An address in normal form; empty when it is none.</summary>
    internal static string Address(this JsonElement element, string name) =>
        EmailAddress.TryNormalise(element.Text(name, 1000), out var address) is null ? address : "";
}

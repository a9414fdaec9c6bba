using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Testing.Faults;

/// <summary>Requests of any method that name the victim wherever they can.</summary>
internal static class AuthRequests
{
    /// <summary>A message with a value in every field that takes one.</summary>
    public static IMessage Fill(FaultBed bed, MessageDescriptor type, Dictionary<string, long> ids, int depth = 0)
    {
        var message = (IMessage)Activator.CreateInstance(type.ClrType)!;
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            if (field.ContainingOneof is { } choice && choice.Fields[0] != field || field.IsMap)
            {
                continue;
            }
            if (Value(field) is { } value)
            {
                if (field.IsRepeated)
                {
                    ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
                }
                else
                {
                    field.Accessor.SetValue(message, value);
                }
            }
        }
        return message;

        object? Value(FieldDescriptor field) => field.FieldType switch
        {
            FieldType.Int64 => ids.TryGetValue(field.Name, out var id) ? id : null,
            FieldType.Int32 when field.Name == "page_size" => 10,
            FieldType.Bool when field.HasPresence => true,
            FieldType.Enum => field.EnumType.Values.Count > 1 ? Enum(field) : null,
            // Only where it is said who is to do it; in a list it would hide the tasks of others.
            FieldType.String when field.FullName.EndsWith(".AssignTaskRequest.assignee_subject", StringComparison.Ordinal) => "auth",
            FieldType.String => Word(field.Name),
            FieldType.Bytes when field.Name == "mail" => ByteString.CopyFromUtf8("From: ada@auth.example\r\n\r\nYes."),
            FieldType.Message when field.MessageType.FullName == "google.protobuf.FieldMask" => new FieldMask { Paths = { "given_name" } },
            FieldType.Message when depth < 3 && !field.IsRepeated && !field.MessageType.FullName.StartsWith("google.", StringComparison.Ordinal) => Fill(bed, field.MessageType, ids, depth + 1),
            _ => null,
        };

        string? Word(string name) => name switch
        {
            "request_id" => bed.NewName(),
            "display_name" => bed.NewName(),
            "reason" => bed.NewName(),
            "source" => "auth",
            "email" or "address" => $"{bed.NewName().Replace(' ', '.')}@auth.example",
            _ => null,
        };

        static object Enum(FieldDescriptor field) => System.Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[1].Number);
    }
}

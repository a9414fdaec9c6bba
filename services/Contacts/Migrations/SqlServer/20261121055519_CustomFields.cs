using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class CustomFields : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "family_name_key",
                table: "contacts",
                type: "nvarchar(600)",
                maxLength: 600,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "given_name_key",
                table: "contacts",
                type: "nvarchar(600)",
                maxLength: 600,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "source_key",
                table: "contacts",
                type: "nvarchar(600)",
                maxLength: 600,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.CreateTable(
                name: "contact_stages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: true),
                    lost = table.Column<bool>(type: "bit", nullable: false),
                    change_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_stages", x => new { x.account_id, x.contact_id });
                    table.ForeignKey(
                        name: "fk_contact_stages_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "custom_fields",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    custom_field_id = table.Column<long>(type: "bigint", nullable: false),
                    field_key = table.Column<string>(type: "nvarchar(63)", maxLength: 63, nullable: false, collation: "Latin1_General_100_BIN2"),
                    display_name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    type = table.Column<short>(type: "smallint", nullable: false),
                    choices = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    update_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_custom_fields", x => new { x.account_id, x.custom_field_id });
                });

            migrationBuilder.CreateTable(
                name: "funnel_defaults",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    change_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_funnel_defaults", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_contact_stages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: true),
                    lost = table.Column<bool>(type: "bit", nullable: false),
                    change_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_contact_stages", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuilt_funnel_defaults",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    change_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuilt_funnel_defaults", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "contact_field_values",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    custom_field_id = table.Column<long>(type: "bigint", nullable: false),
                    text_value = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: true),
                    text_key = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: true, collation: "Latin1_General_100_BIN2"),
                    number_value = table.Column<decimal>(type: "decimal(28,10)", precision: 28, scale: 10, nullable: true),
                    date_value = table.Column<DateOnly>(type: "date", nullable: true),
                    boolean_value = table.Column<bool>(type: "bit", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_field_values", x => new { x.account_id, x.contact_id, x.custom_field_id });
                    table.CheckConstraint("ck_contact_field_values_one", "CASE WHEN text_value IS NULL THEN 0 ELSE 1 END + CASE WHEN number_value IS NULL THEN 0 ELSE 1 END\n+ CASE WHEN date_value IS NULL THEN 0 ELSE 1 END + CASE WHEN boolean_value IS NULL THEN 0 ELSE 1 END = 1\nAND CASE WHEN text_value IS NULL THEN 0 ELSE 1 END = CASE WHEN text_key IS NULL THEN 0 ELSE 1 END");
                    table.ForeignKey(
                        name: "fk_contact_field_values_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_contact_field_values_custom_fields",
                        columns: x => new { x.account_id, x.custom_field_id },
                        principalTable: "custom_fields",
                        principalColumns: new[] { "account_id", "custom_field_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_contacts_without_keys",
                table: "contacts",
                columns: new[] { "account_id", "contact_id" },
                filter: "given_name_key IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_boolean",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "boolean_value", "contact_id" },
                filter: "boolean_value IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_date",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "date_value", "contact_id" },
                filter: "date_value IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_number",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "number_value", "contact_id" },
                filter: "number_value IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_field_values_text",
                table: "contact_field_values",
                columns: new[] { "account_id", "custom_field_id", "text_key", "contact_id" },
                filter: "text_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_stages_stage",
                table: "contact_stages",
                columns: new[] { "account_id", "stage", "lost", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "ix_custom_fields_field_key",
                table: "custom_fields",
                columns: new[] { "account_id", "field_key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "contact_field_values");

            migrationBuilder.DropTable(
                name: "contact_stages");

            migrationBuilder.DropTable(
                name: "funnel_defaults");

            migrationBuilder.DropTable(
                name: "rebuilt_contact_stages");

            migrationBuilder.DropTable(
                name: "rebuilt_funnel_defaults");

            migrationBuilder.DropTable(
                name: "custom_fields");

            migrationBuilder.DropIndex(
                name: "ix_contacts_without_keys",
                table: "contacts");

            migrationBuilder.DropColumn(
                name: "family_name_key",
                table: "contacts");

            migrationBuilder.DropColumn(
                name: "given_name_key",
                table: "contacts");

            migrationBuilder.DropColumn(
                name: "source_key",
                table: "contacts");
        }
    }
}

*** Settings ***
Suite Teardown    Fail    the payment gateway did not answer

*** Test Cases ***
Pay by card
    No Operation

Pay by invoice
    Fail    no invoice

Pay by voucher
    Skip    vouchers are off

*** Settings ***
Suite Setup    Fail    the warehouse is locked

*** Test Cases ***
By post
    No Operation

By courier
    No Operation
